package io.github.deadlinefilter.contract;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops a container on a thread of its own, so that a stop that hangs fails one test only. */
final class BoundedStop {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @FunctionalInterface
  interface Stop {
    void run() throws Exception;
  }

  private BoundedStop() {}

  static void of(String container, Stop stop) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              stop.run();
              return null;
            });
    Thread thread = new Thread(task, "stop " + container);
    thread.setDaemon(true);
    thread.start();
    try {
      task.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException hangs) {
      var where = new AssertionError(container + " does not stop within " + LIMIT + "; it is here");
      where.setStackTrace(thread.getStackTrace());
      throw where;
    } catch (ExecutionException failed) {
      throw new AssertionError(container + " failed to stop", failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + container + " stops", stopped);
    }
  }
}
