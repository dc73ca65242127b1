package io.github.deadlinefilter.demo;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A slow function with its delay, to be run once, on any thread; it tells when that is free. */
final class Work {
  private final SlowFunction function;
  private final Delay delay;
  private final Runnable whenFree;

  /**
   * @param whenFree called on the thread that has done the work, when that is through with it
   */
  Work(SlowFunction function, Delay delay, Runnable whenFree) {
    this.function = function;
    this.delay = delay;
    this.whenFree = whenFree;
  }

  /** On the calling thread, which is free then. */
  void run(Runnable betweenSteps) throws BackendFailure, InterruptedException {
    try {
      function.run(delay, betweenSteps);
    } finally {
      threadIsFree();
    }
  }

  /** For a thread that may not have come to {@link #run} at all. */
  void threadIsFree() {
    whenFree.run();
  }

  /** For another thread. */
  FutureTask<Boolean> asTask() {
    return new FutureTask<>(
        () -> {
          run(SlowFunction.NOTHING);
          return true;
        });
  }

  /** Throws what ended {@code task}, as it was there, or else returns. */
  static boolean outcome(FutureTask<Boolean> task) throws BackendFailure, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw asItWas(e);
    }
  }

  /** Throws it, unless it is a failure of the backend, which is for the caller to throw. */
  static BackendFailure asItWas(ExecutionException e) throws InterruptedException {
    Throwable cause = e.getCause();
    if (cause instanceof BackendFailure failure) {
      return failure;
    } else if (cause instanceof InterruptedException interrupt) {
      throw interrupt;
    } else if (cause instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(cause);
  }
}
