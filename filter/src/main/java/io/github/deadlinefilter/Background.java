package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The filter's own threads beside workers and timer: some answer expiries that no container thread
 * waits for, others run what was registered with {@link Deadline#onExpire}. Both may block, on a
 * client or on whatever a cancellation does, so they are apart and each is bounded: answers by the
 * requests in flight, and by a pool where the JVM has no virtual threads; cancellations by a pool.
 */
final class Background implements AutoCloseable {
  /** Where the JVM has no virtual threads. A client that does not read may keep one busy. */
  private static final int ANSWERERS = 256;

  private static final int CANCELLERS = 32;

  /** More than this many cancellations wait only if all the others block. */
  private static final int WAITING_CANCELLATIONS = 10_000;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Workers answerers;
  private final ThreadPoolExecutor cancellers;
  private final Executor cancellations = this::cancel;

  Background(Threads threads) {
    ThreadFactory virtual = Threads.virtual("deadline-answer");
    answerers =
        virtual == null
            ? Workers.pool(threads, "deadline-answer", ANSWERERS)
            : Workers.virtual(virtual);
    cancellers = pool(threads, "deadline-cancel", CANCELLERS, WAITING_CANCELLATIONS);
  }

  private static ThreadPoolExecutor pool(Threads threads, String name, int size, int queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(queue),
            threads.named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  Executor answerers() {
    return answerers::execute;
  }

  Executor cancellations() {
    return cancellations;
  }

  /**
   * Starts a cancellation, which may block. One that throws is logged, and harms nobody.
   *
   * @return false if it will not be run, which is logged
   */
  boolean cancel(Runnable task) {
    try {
      cancellers.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException | Error e) {
              LOG.log(System.Logger.Level.WARNING, "A cancellation failed", e);
            }
          });
      return true;
    } catch (OutOfMemoryError e) { // or whoever stops a run would not come to the rest
      LOG.log(System.Logger.Level.WARNING, "A cancellation was not started", e);
      return false;
    } catch (RejectedExecutionException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          cancellers.isShutdown()
              ? "A cancellation was not started: the filter is destroyed"
              : "A cancellation was not started: " + CANCELLERS + " others block");
      return false;
    }
  }

  @Override
  public void close() {
    answerers.close();
    cancellers.shutdown();
  }
}
