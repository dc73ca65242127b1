package io.github.deadlinefilter;

/** What a scope does to the work inside when its time is over. */
public enum Enforcement {
  /**
   * Interrupts the thread that works, and starts what is registered with {@link Deadline#onExpire}.
   * Code that ignores interrupts goes on, and its caller waits for it.
   */
  INTERRUPT,
  /**
   * The work is done on another thread, which has the caller's class loader and, with Micrometer's
   * context-propagation, the caller's context. When the time is over the caller moves on, what is
   * registered is started, and the work is left to run on, without an interrupt. There are no more
   * than 200 threads for that: whoever comes when all are taken gets a {@link
   * java.util.concurrent.RejectedExecutionException}.
   */
  ABANDON,
  /**
   * Only starts what is registered with {@link Deadline#onExpire}; the work asks {@link
   * Deadline#isExpired} or {@link Deadline#check} itself.
   */
  COOPERATE
}
