package io.github.deadlinefilter;

/** What runs the chain of a request; {@link DeadlineFilter} says what each guarantees. */
enum WorkerKind {
  /**
   * {@link #VIRTUAL} if this JVM has virtual threads, else {@link #POOL}; never in {@link
   * Settings}.
   */
  AUTO,
  /** A bounded pool of platform threads. */
  POOL,
  /** A new virtual thread for each request. */
  VIRTUAL,
  /** A thread of a Jakarta {@code ManagedExecutorService}, or any executor in JNDI. */
  JNDI,
  /** The container's own thread, watched by the timer. */
  CONTAINER
}
