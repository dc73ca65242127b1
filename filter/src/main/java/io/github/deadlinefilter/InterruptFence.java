package io.github.deadlinefilter;

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
  private @Nullable Thread inside;
  private boolean fired;
  private boolean hadOwn;

  synchronized void open(Thread worker) {
    inside = worker;
    fired = false;
    hadOwn = false;
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
