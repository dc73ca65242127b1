package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

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

  private static final Duration SAY_EVERY = Duration.ofMinutes(1);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ThreadPoolExecutor pool;
  private final AtomicLong notStarted = new AtomicLong();
  private final RateLimit says = new RateLimit(Ticker.SYSTEM, SAY_EVERY, /* burst= */ 10);

  Cancellers(ThreadFactory factory, int threads) {
    pool =
        new ThreadPoolExecutor(
            threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), factory);
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * Starts a cancellation. One that throws is logged, and harms nobody.
   *
   * @return false if it will not be run, which is logged, but not for each of many
   */
  boolean start(Runnable task) {
    try {
      pool.execute(() -> run(task));
      return true;
    } catch (OutOfMemoryError e) { // or whoever stops a run would not come to the rest
      notStarted(e.toString());
      return false;
    } catch (RejectedExecutionException e) {
      notStarted(
          pool.isShutdown() ? "the filter is destroyed" : pool.getPoolSize() + " others block");
      return false;
    }
  }

  /** On the timer's thread, which has others to tell: not each one is in the log. */
  private void notStarted(String why) {
    long number = notStarted.incrementAndGet();
    if (says.tryAcquire()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "A cancellation was not started ({0} by now): {1}",
          Long.toString(number),
          why);
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
