package io.github.deadlinefilter.demo;

import java.time.Duration;

/** One way to stop a slow function when its time is over. Called from any number of threads. */
interface Approach extends AutoCloseable {
  /** Whether it limits the time at all. */
  default boolean hasLimit() {
    return true;
  }

  /**
   * Has the work done, and comes back when that has ended or, if the approach can, when the time is
   * over.
   *
   * @return whether it has ended in time
   * @throws BackendFailure what it ended with in time
   * @throws InterruptedException somebody else has told the calling thread to stop
   */
  boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException;

  /** The application ends: so do the threads. */
  @Override
  default void close() {}
}
