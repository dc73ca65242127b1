package io.github.deadlinefilter;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts a worker only while it is inside its run, and takes the interrupt off it again when it
 * leaves, so that none reaches the next request of that thread.
 *
 * <p>{@link #open} and {@link #close} are called by the worker itself, {@link #interrupt} by any
 * thread. The monitor is held for a few instructions and never while anything blocks.
 */
final class InterruptFence {
  /** How many frames of the JDK's a wait may have. */
  private static final int DEEPEST_WAIT = 8;

  private @Nullable Thread inside;
  private boolean fired;
  private boolean hadOwn;

  synchronized void open(Thread worker) {
    inside = worker;
    fired = false;
    hadOwn = false;
  }

  /** Whether a worker is inside. */
  synchronized boolean isOpen() {
    return inside != null;
  }

  /** Interrupts the worker if it is inside. Returns whether it was. */
  synchronized boolean interrupt() {
    Thread worker = inside;
    if (worker == null) {
      return false;
    }
    // The application's own interrupt, if one is pending, is given back when the worker leaves.
    hadOwn |= !fired && worker.isInterrupted();
    fired = true;
    worker.interrupt();
    return true;
  }

  /**
   * Whether the worker is inside and does nothing but wait, at this moment, and not for its turn:
   * whose turn it is will let it go on.
   */
  synchronized boolean isWaiting() {
    Thread worker = inside;
    if (worker == null) {
      return false;
    }
    return switch (worker.getState()) {
      case WAITING, TIMED_WAITING ->
          !isIn(
              worker, "java.util.concurrent.locks.ReentrantLock", "java.util.concurrent.Semaphore");
      // A native wait for a channel does not show as one.
      case RUNNABLE -> isIn(worker, "sun.nio.ch.SelectorImpl");
      default -> false;
    };
  }

  private static boolean isIn(Thread thread, String... types) {
    return Arrays.stream(thread.getStackTrace())
        .limit(DEEPEST_WAIT)
        .map(StackTraceElement::getClassName)
        .anyMatch(name -> Arrays.stream(types).anyMatch(name::startsWith));
  }

  /** The stack of the worker now, empty if none is inside. */
  synchronized List<StackTraceElement> stack() {
    Thread worker = inside;
    return worker == null ? List.of() : List.of(worker.getStackTrace());
  }

  /**
   * Ends the worker's part. Race with expiry: an interrupt is either delivered before this takes
   * the monitor, and is cleared here, or is not delivered at all.
   */
  synchronized void close() {
    inside = null;
    if (fired && Thread.interrupted() && hadOwn) {
      Thread.currentThread().interrupt();
    }
  }
}
