package io.github.deadlinefilter.demo;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread for the function, {@code Future.get} with a limit, and {@code cancel}, which
 * interrupts: on a virtual thread also what is blocked in a socket. In Python it was {@code
 * gevent.Timeout}.
 */
final class VirtualApproach implements Approach {
  private final ExecutorService threads;

  private VirtualApproach(ExecutorService threads) {
    this.threads = threads;
  }

  /** Null on a JVM that has no virtual threads; they are looked up, for the demo is Java 17. */
  static @Nullable VirtualApproach ofThisJvm() {
    try {
      Object threads = Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      return new VirtualApproach((ExecutorService) threads);
    } catch (ReflectiveOperationException | UnsupportedOperationException e) {
      return null; // Java 17, or Java 19 and 20, which only have a preview
    }
  }

  @Override
  public boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException {
    FutureTask<Boolean> task = work.asTask();
    threads.execute(
        () -> {
          task.run();
          work.threadIsFree(); // cancelled before it had begun
        });
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw Work.asItWas(e);
    } finally {
      task.cancel(/* mayInterruptIfRunning= */ true);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
