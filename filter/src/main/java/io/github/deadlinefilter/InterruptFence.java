package io.github.deadlinefilter;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
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

  /** What waits in native code: for a channel that does not block, and for a socket. */
  private static final List<String> POLLS =
      List.of("sun.nio.ch.SelectorImpl", "sun.nio.ch.NioSocketImpl");

  /** Changed under the monitor. */
  private volatile @Nullable Thread inside;

  private boolean fired;

  /** How often since it was opened. Written under the monitor. */
  private volatile int times;

  private boolean hadOwn;

  synchronized void open(Thread worker) {
    inside = worker;
    fired = false;
    times = 0;
    hadOwn = false;
  }

  /** Whether a worker is inside. */
  boolean isOpen() {
    return inside != null;
  }

  /** How often the worker that is inside, or was last, has been interrupted. */
  int times() {
    return times;
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
    times++;
    worker.interrupt();
    return true;
  }

  /**
   * Whether the worker is inside and does nothing but wait, at this moment, and not for its turn:
   * whose turn it is will let it go on.
   *
   * @param inNative whether it may be in a native wait for a channel or a socket, which does not
   *     show in the state of a thread but in its stack alone, and that is dear: see {@link #stack}
   */
  boolean isWaiting(boolean inNative) {
    Thread worker = inside;
    if (worker == null) {
      return false;
    }
    boolean waiting =
        switch (worker.getState()) {
          case WAITING, TIMED_WAITING -> !isTurn(LockSupport.getBlocker(worker));
          case RUNNABLE -> inNative && isPolling(worker);
          default -> false;
        };
    return waiting && inside == worker;
  }

  /** Whether it is of a lock or of a semaphore, and not a condition or a latch. */
  private static boolean isTurn(@Nullable Object blocker) {
    String type = blocker == null ? "" : blocker.getClass().getName();
    return type.startsWith("java.util.concurrent.locks.ReentrantLock")
        || type.startsWith("java.util.concurrent.Semaphore");
  }

  private static boolean isPolling(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .limit(DEEPEST_WAIT)
        .map(StackTraceElement::getClassName)
        .anyMatch(type -> POLLS.stream().anyMatch(type::startsWith));
  }

  /**
   * The stack of the worker now, empty if none is inside. The JVM stops all its threads for that
   * (17), or the worker (later ones), so it is not done under the monitor, which the worker needs
   * to leave, and not often.
   */
  List<StackTraceElement> stack() {
    Thread worker = inside;
    if (worker == null) {
      return List.of();
    }
    List<StackTraceElement> stack = List.of(worker.getStackTrace());
    return inside == worker ? stack : List.of(); // else it may be in somebody else's request
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
