package io.github.deadlinefilter;

import java.util.concurrent.Executor;

/**
 * The clockwork of a deployed filter. What is nested in a request ends with the filter.
 *
 * @param abandoned for {@link Enforcement#ABANDON}
 */
record FilterClockwork(
    Ticker ticker, DeadlineTimer timer, Background background, Executor abandoned, Linter linter)
    implements Clockwork {
  @Override
  public Runnable alarm(long nanos, Runnable task) {
    return timer.in(nanos, task)::cancel;
  }

  @Override
  public void act(Runnable task) {
    background.act(task);
  }

  @Override
  public void cut(Runnable cut) {
    background.cut(cut);
  }

  @Override
  public void cancel(Runnable cancellation) {
    background.cancel(cancellation);
  }
}
