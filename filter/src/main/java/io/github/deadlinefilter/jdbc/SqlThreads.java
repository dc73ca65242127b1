package io.github.deadlinefilter.jdbc;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Threads for what a driver may take long to do: log in, cancel, abort. Where a server does not
 * answer, a driver may need its own connect timeout for either. They end when they have nothing to
 * do.
 */
final class SqlThreads {
  /** Of logins and cancellations that do not come back, so many may be left behind at once. */
  private static final int MOST = 256;

  /** Of aborts; where all of these are taken, the next has to wait. */
  static final int MOST_ABORTS = 128;

  private static final long AGAIN_MILLIS = 50;

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0, MOST, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), SqlThreads::make);

  /** Of their own: what does not let itself be cancelled is what has to be aborted. */
  private static final ThreadPoolExecutor ABORTS =
      new ThreadPoolExecutor(
          0, MOST_ABORTS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), SqlThreads::make);

  /** One for all, so that nothing may take long on it: what is due takes a thread of the others. */
  private static final ScheduledThreadPoolExecutor TIMER =
      new ScheduledThreadPoolExecutor(1, SqlThreads::make);

  static {
    TIMER.setKeepAliveTime(5, TimeUnit.SECONDS);
    TIMER.allowCoreThreadTimeOut(true);
  }

  private SqlThreads() {}

  private static Thread make(Runnable work) {
    // Without the thread-locals and the class loader of the request that happens to need it first.
    Thread thread =
        new Thread(
            null,
            work,
            "deadline-sql-" + NUMBER.incrementAndGet(),
            0,
            /* inheritThreadLocals= */ false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    return thread;
  }

  /** Those that have nothing to do end now, and the others when they have nothing to do. */
  static void endIdle() {
    POOL.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    ABORTS.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    TIMER.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
  }

  /** As {@link #abort}, after so many milliseconds. */
  static void abortIn(long millis, BooleanSupplier isNeeded, Runnable abort) {
    Future<?> unused = TIMER.schedule(() -> abort(isNeeded, abort), millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Aborts on a thread of its own, if that is needed; when one is free if all are taken. Until then
   * the call may have ended by its network timeout.
   *
   * @param isNeeded is asked on any thread, and may not block
   */
  static void abort(BooleanSupplier isNeeded, Runnable abort) {
    if (!isNeeded.getAsBoolean()) {
      return;
    }
    try {
      ABORTS.execute(
          () -> {
            if (isNeeded.getAsBoolean()) {
              abort.run();
            }
          });
    } catch (RejectedExecutionException e) {
      abortIn(AGAIN_MILLIS, isNeeded, abort);
    }
  }

  /** Returns false if all threads are taken by what does not come back. */
  static boolean start(Runnable work) {
    try {
      POOL.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
