package io.github.deadlinefilter.contract;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stops a container, or an application in it, on a thread of its own, so that a stop that hangs
 * fails one test only.
 */
final class BoundedStop {
  private static final Duration LIMIT = Gate.LIMIT;

  @FunctionalInterface
  interface Stop {
    void run() throws Exception;
  }

  private final String what;
  private final FutureTask<Void> task;
  private final Thread thread;
  private final long start = System.nanoTime();

  private BoundedStop(String what, Stop stop) {
    this.what = what;
    task =
        new FutureTask<>(
            () -> {
              stop.run();
              return null;
            });
    thread = new Thread(task, "stop " + what);
    thread.setDaemon(true);
    thread.start();
  }

  static void of(String container, Stop stop) {
    start(container, stop).await(LIMIT);
  }

  /** Begins, and does not wait. */
  static BoundedStop start(String what, Stop stop) {
    return new BoundedStop(what, stop);
  }

  boolean isDone() {
    return task.isDone();
  }

  /** Whether it is inside that method at this moment, of whatever loader its class is. */
  boolean isIn(String type, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame -> frame.getClassName().equals(type) && frame.getMethodName().equals(method));
  }

  /** Waits until it is done, and fails where it takes longer than {@code limit} from its begin. */
  void await(Duration limit) {
    try {
      task.get(limit.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
    } catch (TimeoutException hangs) {
      var where = new AssertionError(what + " does not stop within " + limit + "; it is here");
      where.setStackTrace(thread.getStackTrace());
      throw where;
    } catch (ExecutionException failed) {
      throw new AssertionError(what + " failed to stop", failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + what + " stops", stopped);
    }
  }
}
