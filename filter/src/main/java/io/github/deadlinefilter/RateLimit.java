package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets something happen at most so many times a second: at once as long as it is rare, and evenly
 * spread over time when it is not.
 *
 * <p>Thread-safe; never blocks.
 */
final class RateLimit {
  private final Ticker ticker;
  private final long interval;
  private final long burst;

  /** When the next one would be due if they came evenly, by the ticker. */
  private final AtomicLong due;

  RateLimit(Ticker ticker, int perSecond) {
    this.ticker = ticker;
    this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.burst = interval * (perSecond - 1);
    this.due = new AtomicLong(ticker.nanos());
  }

  /** Whether it may happen now; if so, it counts. */
  boolean tryAcquire() {
    long now = ticker.nanos();
    while (true) {
      long before = due.get();
      long ahead = Math.max(0, before - now);
      if (ahead > burst) {
        return false;
      }
      if (due.compareAndSet(before, now + ahead + interval)) {
        return true;
      }
    }
  }
}
