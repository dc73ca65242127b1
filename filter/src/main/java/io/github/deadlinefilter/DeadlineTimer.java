package io.github.deadlinefilter;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs something short at a deadline that no waiting thread watches: a request in asynchronous
 * mode, or one that runs on its container thread.
 *
 * <p>One daemon thread, started with the first deadline. What it runs must not block. A cancelled
 * deadline leaves the queue at once, so that nothing of a finished request is kept.
 */
final class DeadlineTimer implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  DeadlineTimer(Threads threads) {
    executor = new ScheduledThreadPoolExecutor(1, threads.named("deadline-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Runs {@code task} in {@code nanos} unless the returned future is cancelled before. */
  Future<?> in(long nanos, Runnable task) {
    return executor.schedule(task, Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
