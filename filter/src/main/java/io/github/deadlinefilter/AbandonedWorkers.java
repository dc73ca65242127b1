package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of {@link Enforcement#ABANDON}: those that are left behind keep theirs until they are
 * through, and there are no more than {@value #MOST}. Whoever comes when all are taken is refused.
 */
final class AbandonedWorkers implements Executor, AutoCloseable {
  static final int MOST = 200;

  private final ThreadPoolExecutor threads;

  AbandonedWorkers(ThreadFactory factory) {
    threads =
        new ThreadPoolExecutor(0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  @Override
  public void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      throw new RejectedExecutionException(
          threads.isShutdown()
              ? "The filter is destroyed"
              : MOST + " actions that were to be abandoned at their deadline are running already",
          e);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
