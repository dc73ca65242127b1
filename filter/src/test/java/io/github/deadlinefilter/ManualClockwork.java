package io.github.deadlinefilter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A clockwork that the test moves: alarms ring when {@link #advance} comes to them, on the thread
 * that calls it, and cancellations go where the test wants them.
 */
final class ManualClockwork implements Clockwork {
  final ManualTicker ticker;
  private final Executor cancellers;
  private final Executor abandoned;
  private final Linter linter = new Linter();
  private final List<Set> alarms = new ArrayList<>();

  /** There is none for an alarm. */
  volatile boolean outOfThreads;

  private static final class Set {
    final long due;
    final Runnable task;

    Set(long due, Runnable task) {
      this.due = due;
      this.task = task;
    }
  }

  ManualClockwork(ManualTicker ticker, Executor cancellers) {
    this(ticker, cancellers, Runnable::run);
  }

  ManualClockwork(ManualTicker ticker, Executor cancellers, Executor abandoned) {
    this.ticker = ticker;
    this.cancellers = cancellers;
    this.abandoned = abandoned;
  }

  @Override
  public Ticker ticker() {
    return ticker;
  }

  @Override
  public synchronized Runnable alarm(long nanos, Runnable task) {
    Set alarm = new Set(ticker.nanos() + nanos, task);
    alarms.add(alarm);
    if (outOfThreads) {
      throw new OutOfMemoryError("on purpose: unable to create native thread");
    }
    return () -> forget(alarm);
  }

  private synchronized void forget(Set alarm) {
    alarms.remove(alarm);
  }

  synchronized int alarms() {
    return alarms.size();
  }

  /** Moves the clock, and rings what is due then, the first set first. */
  void advance(Duration time) {
    ticker.advance(time);
    List<Set> due;
    synchronized (this) {
      due = alarms.stream().filter(alarm -> alarm.due - ticker.nanos() <= 0).toList();
      alarms.removeAll(due);
    }
    due.forEach(alarm -> alarm.task.run());
  }

  @Override
  public void act(Runnable task) {
    task.run();
  }

  @Override
  public void cut(Runnable cut) {
    cancellers.execute(cut);
  }

  @Override
  public void cancel(Runnable cancellation) {
    cancellers.execute(cancellation);
  }

  @Override
  public Executor abandoned() {
    return abandoned;
  }

  @Override
  public Linter linter() {
    return linter;
  }
}
