package io.github.deadlinefilter;

/**
 * The clock that every deadline is read from: nanoseconds, monotone, of an arbitrary origin, as
 * {@link System#nanoTime}. Only differences of two readings mean anything, and they are compared by
 * subtraction because a reading may wrap.
 *
 * <p>Called from any thread.
 */
@FunctionalInterface
interface Ticker {
  long nanos();

  /** The clock of the machine. */
  Ticker SYSTEM = System::nanoTime;
}
