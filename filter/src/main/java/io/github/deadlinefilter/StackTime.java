package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of the JVM's time the stacks of workers may take. For each one the JVM stops all its
 * threads (17) or that one (later ones), and a thread that has no processor has to get one first:
 * 0.2 ms on a quiet machine, and 100 ms where a hundred threads want two processors. There those
 * who wanted a stack waited for each other, for up to 20 s, and their clients with them.
 *
 * <p>So they have a twentieth of the time, a tenth of a second of it at once, and nobody waits
 * behind somebody for whom it takes long.
 *
 * <p>Thread-safe.
 */
final class StackTime {
  private static final int SHARE = 20;
  private static final long MOST = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONG = TimeUnit.MILLISECONDS.toNanos(2);

  /** Whatever one has taken: nobody is without stacks for more than 20 s. */
  private static final long LEAST = -TimeUnit.SECONDS.toNanos(1);

  /** Of all filters in an application, and of those beside it each its own. */
  static final StackTime SHARED = new StackTime(Ticker.SYSTEM);

  private final Ticker ticker;

  // Guarded by this.
  private long left = MOST;
  private long counted;
  private int taking;

  /** Since when somebody is at it without a pause: those side by side are one stop of the JVM's. */
  private long begun;

  StackTime(Ticker ticker) {
    this.ticker = ticker;
    this.counted = ticker.nanos();
  }

  /** What {@code stack} takes, or null if there is no time for it now. */
  <T> @Nullable T take(Supplier<T> stack) {
    if (!begin()) {
      return null;
    }
    try {
      return stack.get();
    } finally {
      end();
    }
  }

  private synchronized boolean begin() {
    long now = count();
    if (left <= 0 || (taking > 0 && now - begun > LONG)) {
      return false;
    }
    if (taking++ == 0) {
      begun = now;
    }
    return true;
  }

  private synchronized void end() {
    if (--taking == 0) {
      long now = count();
      left = Math.max(LEAST, left - (now - begun));
    }
  }

  /** What has come in since the last time. Under the monitor. */
  private long count() {
    long now = ticker.nanos();
    left = Math.min(MOST, left + (now - counted) / SHARE);
    counted = now;
    return now;
  }
}
