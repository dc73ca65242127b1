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
 * thread that may wait a little: an interrupt closes the channel that its thread is in, and that
 * may take until a read of a file has come back. But for that, the monitor is held for a few
 * instructions.
 *
 * <p>A thread that is inside one fence may go into another, of a scope in its request. The flag of
 * an interrupt is the thread's, and there is one: so they share the monitor of the outermost, which
 * knows how many of them have an interrupt out. Whoever leaves takes the flag down, but if others
 * have fired, it is theirs, and raised again; and so is the application's own.
 */
class InterruptFence {
  /** How many frames of the JDK's a wait may have. */
  private static final int DEEPEST_WAIT = 8;

  /** What waits in native code: for a channel that does not block, and for a socket. */
  private static final List<String> POLLS =
      List.of("sun.nio.ch.SelectorImpl", "sun.nio.ch.NioSocketImpl");

  /** Changed under the monitor. */
  private volatile @Nullable Thread inside;

  /** To be sent when no shield is up any more. */
  private boolean held;

  /** Of the outermost: the application's own interrupt was there when the first of ours came. */
  private boolean hadOwn;

  /** How often since it was opened. Written under the monitor. */
  private volatile short times;

  /** How many shields are up that were raised inside. */
  private short shields;

  /** Of the outermost: how many of those on its thread have fired and are open. */
  private short out;

  /** The one that the thread is inside already, null if there is none. */
  @Nullable InterruptFence outer() {
    return null;
  }

  private InterruptFence outermost() {
    InterruptFence fence = this;
    for (InterruptFence outer = outer(); outer != null; outer = outer.outer()) {
      fence = outer;
    }
    return fence;
  }

  void open(Thread worker) {
    synchronized (outermost()) {
      inside = worker;
      held = false;
      hadOwn = false;
      times = 0;
      shields = 0;
      out = 0;
    }
  }

  /** Whether it has interrupted the worker that is inside, or was last. */
  private boolean hasFired() {
    return times > 0;
  }

  /** Whether a worker is inside. */
  boolean isOpen() {
    return inside != null;
  }

  /** How often the worker that is inside, or was last, has been interrupted. */
  int times() {
    return times;
  }

  /** Whether the calling thread is inside. */
  boolean isHere() {
    return inside == Thread.currentThread();
  }

  /**
   * Interrupts the worker if it is inside; behind a shield, when that is down. Returns whether it
   * is inside.
   */
  boolean interrupt() {
    InterruptFence outermost = outermost();
    synchronized (outermost) {
      Thread worker = inside;
      if (worker != null && shields > 0) {
        held = true;
      } else if (worker != null) {
        send(worker, outermost);
      }
      return worker != null;
    }
  }

  /**
   * Whether the calling thread, which {@code innermost} is around, has been interrupted by one of
   * its fences. Null is around none.
   */
  static boolean isInterruptOut(@Nullable InterruptFence innermost) {
    if (innermost == null) {
      return false;
    }
    InterruptFence outermost = innermost.outermost();
    synchronized (outermost) {
      return outermost.out > 0;
    }
  }

  /** Under the monitor. */
  private void send(Thread worker, InterruptFence outermost) {
    // The application's own interrupt, if one is pending, is given back when the worker leaves.
    if (outermost.out == 0) {
      outermost.hadOwn = worker.isInterrupted();
    }
    if (!hasFired()) {
      outermost.out++;
    }
    times = (short) (times + 1); // under the monitor
    worker.interrupt();
  }

  /**
   * Holds back what comes from here and from further outside, from the calling thread, which is
   * inside; and an interrupt that has come and that it has not noticed yet.
   *
   * @param except the first, further outside, that may interrupt it all the same; null for none
   */
  void shield(@Nullable InterruptFence except) {
    InterruptFence outermost = outermost();
    synchronized (outermost) {
      boolean pending = outermost.out > 0 && Thread.interrupted();
      boolean kept = false;
      for (InterruptFence fence = this; fence != null && fence != except; fence = fence.outer()) {
        fence.shields++;
        fence.held |= pending && fence.hasFired();
        kept |= fence.held;
      }
      if (pending && !kept) {
        Thread.currentThread().interrupt(); // of one that may
      }
    }
  }

  /** Ends a {@link #shield}, and sends what it has held back if it was the last. */
  void unshield(@Nullable InterruptFence except) {
    InterruptFence outermost = outermost();
    synchronized (outermost) {
      for (InterruptFence fence = this; fence != null && fence != except; fence = fence.outer()) {
        fence.shields--;
        if (fence.shields == 0 && fence.held) {
          fence.held = false;
          fence.send(Thread.currentThread(), outermost);
        }
      }
    }
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
    StackTraceElement[] stack = StackTime.SHARED.take(thread::getStackTrace);
    return stack != null
        && Arrays.stream(stack)
            .limit(DEEPEST_WAIT)
            .map(StackTraceElement::getClassName)
            .anyMatch(type -> POLLS.stream().anyMatch(type::startsWith));
  }

  /**
   * The stack of the worker now, empty if none is inside, or if {@link StackTime} has no time for
   * it. Not under the monitor, which the worker needs to leave.
   */
  List<StackTraceElement> stack() {
    List<StackTraceElement> stack = StackTime.SHARED.take(this::askedStack);
    return stack == null ? List.of() : stack;
  }

  /** As {@link #stack}, for people, who have the time. */
  List<StackTraceElement> askedStack() {
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
  void close() {
    InterruptFence outermost = outermost();
    synchronized (outermost) {
      inside = null;
      if (!hasFired()) {
        return;
      }
      outermost.out--;
      boolean pending = Thread.interrupted();
      boolean raise = pending && outermost.hadOwn;
      for (InterruptFence fence = outer(); fence != null; fence = fence.outer()) {
        boolean shielded = fence.shields > 0;
        fence.held |= fence.hasFired() && shielded;
        raise |= fence.hasFired() && !shielded;
      }
      if (raise) {
        Thread.currentThread().interrupt();
      }
      if (!pending && outermost.out == 0 && outermost.hadOwn) {
        ownTaken();
      }
    }
  }

  /**
   * Whoever noticed our interrupt took one of the application's own off the thread with it. On the
   * thread that leaves.
   */
  void ownTaken() {}
}
