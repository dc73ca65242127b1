package io.github.deadlinefilter.contract;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A named latch: threads wait until another opens it, and a wait that takes too long fails with the
 * gate's name. Gates decide the order of a test, so that no test has to sleep.
 *
 * <p>Thread-safe.
 */
public final class Gate {
  /** Far above anything a healthy test needs, also on a busy machine. */
  public static final Duration LIMIT = Duration.ofMinutes(1);

  /**
   * What is to happen at once, or at its deadline, has happened by then on the busiest machine;
   * what waits for the end of its work, or for a gate that nobody opens, has not.
   */
  static final Duration SOON = Duration.ofSeconds(30);

  private static final long FIRST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Like {@link java.util.function.BooleanSupplier}, and may throw. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  private final String name;
  private final CountDownLatch latch = new CountDownLatch(1);

  public Gate(String name) {
    this.name = name;
  }

  /** Lets every waiting thread through, now and later. */
  public void open() {
    latch.countDown();
  }

  public boolean isOpen() {
    return latch.getCount() == 0;
  }

  public void await() throws InterruptedException {
    if (!latch.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("nobody opened \"" + name + "\" within " + LIMIT);
    }
  }

  /** {@link #await} of a thread that no interrupt can move; tells how many it swallowed. */
  public int awaitDeaf() {
    var interrupts = new AtomicInteger();
    awaitDeaf(LIMIT, interrupts);
    return interrupts.get();
  }

  void awaitDeaf(Duration limit, AtomicInteger interrupts) {
    long start = System.nanoTime();
    while (true) {
      try {
        if (latch.await(limit.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS)) {
          return;
        }
        throw new AssertionError("nobody opened \"" + name + "\" within " + limit);
      } catch (InterruptedException swallowed) {
        interrupts.incrementAndGet();
      }
    }
  }

  /** Waits until the condition holds; fails, naming {@code what}, where it does not come to. */
  public static void eventually(Condition condition, String what) throws Exception {
    long start = System.nanoTime();
    while (!condition.holds()) {
      long waited = System.nanoTime() - start;
      if (waited > LIMIT.toNanos()) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("while waiting for: " + what);
      }
      // The longer it takes, the less it matters when exactly: looking costs others the processor.
      LockSupport.parkNanos(Math.max(FIRST_POLL_NANOS, Math.min(waited / 16, LONGEST_POLL_NANOS)));
    }
  }

  /** Lets time pass where time itself is what a test is about; ends at an interrupt. */
  static void pause(Duration length) {
    long start = System.nanoTime();
    long left;
    while ((left = length.toNanos() - (System.nanoTime() - start)) > 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public String toString() {
    return name + (isOpen() ? " (open)" : " (closed)");
  }
}
