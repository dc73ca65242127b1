package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What makes a deadline act when its time is over: a clock, an alarm, and threads that may block.
 * The filter has one for its requests and what is nested in them; all other scopes have {@link
 * SharedClockwork}.
 *
 * <p>Thread-safe.
 */
interface Clockwork {
  Ticker ticker();

  /**
   * Runs {@code task}, which must not block, in {@code nanos}.
   *
   * @return forgets the task if it has not been run
   */
  Runnable alarm(long nanos, Runnable task);

  /**
   * Runs {@code task}, which is not the application's but may block for a moment, on another thread
   * than the timer's.
   */
  void act(Runnable task);

  /**
   * Starts a cancellation on a thread of its own: it may block, and one that throws harms nobody.
   */
  void cancel(Runnable cancellation);

  /**
   * As {@link #cancel}, for an adapter, on threads that the application's cancellations do not
   * take.
   */
  void cut(Runnable cut);

  /**
   * Runs what its caller does not wait for to the end.
   *
   * @return throws a {@link RejectedExecutionException} if too much of it runs already
   */
  Executor abandoned();

  /** Compares the limits of the application with the deadlines above them. */
  Linter linter();
}
