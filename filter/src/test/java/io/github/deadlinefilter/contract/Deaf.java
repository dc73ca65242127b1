package io.github.deadlinefilter.contract;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work that nothing can stop: whoever calls {@link #hold} stays inside, swallowing interrupts,
 * until the test calls {@link #release}. A test that forgets to is let go after ten minutes.
 *
 * <p>Thread-safe; many threads may be held at a time.
 */
public final class Deaf implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Gate released = new Gate("the release of deaf work");
  private final AtomicInteger entered = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger interrupts = new AtomicInteger();

  /** Holds the calling thread, and leaves its interrupt flag clear. */
  public void hold() {
    entered.incrementAndGet();
    try {
      released.awaitDeaf(LIMIT, interrupts);
    } finally {
      left.incrementAndGet();
    }
  }

  public void release() {
    released.open();
  }

  public int entered() {
    return entered.get();
  }

  public int inside() {
    return entered.get() - left.get();
  }

  /** The interrupts that were swallowed so far, of all threads together. */
  public int interrupts() {
    return interrupts.get();
  }

  public void awaitInside(int number) throws Exception {
    Gate.eventually(() -> inside() >= number, number + " inside deaf work");
  }

  public void awaitLeft() throws Exception {
    Gate.eventually(() -> inside() == 0, "all deaf work has left");
  }

  /** Releases; does not wait. */
  @Override
  public void close() {
    release();
  }
}
