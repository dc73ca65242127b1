package io.github.deadlinefilter;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that run the chains. {@link Admission} decides how many may run at a time, so that
 * what comes here always finds a thread.
 */
interface Workers extends AutoCloseable {

  /**
   * Runs {@code run} on a worker, soon. Called on container threads.
   *
   * @throws RejectedExecutionException after {@link #close()}
   */
  void execute(Runnable run);

  /** Takes no more. Threads end when they have left what they are inside. Does not wait. */
  @Override
  void close();

  /** At most {@code count} platform threads, which end after half a minute without work. */
  static Workers pool(Threads threads, String name, int count) {
    // Where never more than `count` runs are admitted, the queue only holds one for the moment in
    // which the worker of the run before it is on its way back.
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            count, count, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads.named(name));
    executor.allowCoreThreadTimeOut(true);
    return new Workers() {
      @Override
      public void execute(Runnable run) {
        executor.execute(run);
      }

      @Override
      public void close() {
        executor.shutdown();
      }
    };
  }

  /** A new virtual thread for each run. */
  static Workers virtual(ThreadFactory factory) {
    return new Workers() {
      private volatile boolean closed;

      @Override
      public void execute(Runnable run) {
        if (closed) {
          throw new RejectedExecutionException("closed");
        }
        factory.newThread(run).start();
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }
}
