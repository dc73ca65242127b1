package io.github.deadlinefilter;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs what is to be done at a deadline and may block. A bounded pool whose threads end when they
 * have nothing to do.
 */
final class Cancellers implements AutoCloseable {
  /** For what was registered with {@link Deadline#onExpire}: each may wait for a dead server. */
  static final int CALLBACKS = 128;

  /** For what may block for a moment, if at all. */
  static final int CUTS = 32;

  /** More than this many cancellations wait only if all the others block. */
  private static final int WAITING = 10_000;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ThreadPoolExecutor pool;

  Cancellers(ThreadFactory factory, int threads) {
    pool =
        new ThreadPoolExecutor(
            threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), factory);
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Starts a cancellation. One that throws is logged, and harms nobody.
   *
   * @return false if it will not be run, which is logged
   */
  boolean start(Runnable task) {
    try {
      pool.execute(() -> run(task));
      return true;
    } catch (OutOfMemoryError e) { // or whoever stops a run would not come to the rest
      LOG.log(System.Logger.Level.WARNING, "A cancellation was not started", e);
      return false;
    } catch (RejectedExecutionException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          pool.isShutdown()
              ? "A cancellation was not started: the filter is destroyed"
              : "A cancellation was not started: " + pool.getPoolSize() + " others block");
      return false;
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "A cancellation failed", e);
    }
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
