package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets something happen whenever it comes as long as it is rare, and once in an interval when it
 * comes all the time.
 *
 * <p>Thread-safe; never blocks.
 */
final class RateLimit {
  private final Ticker ticker;
  private final long interval;
  private final long most;

  /** When the next one would be due if they came evenly, by the ticker. */
  private final AtomicLong due;

  /**
   * @param burst how many may come at once, after a time without any
   */
  RateLimit(Ticker ticker, Duration interval, int burst) {
    this.ticker = ticker;
    this.interval = interval.toNanos();
    this.most = this.interval * (burst - 1);
    this.due = new AtomicLong(ticker.nanos());
  }

  /** Whether it may happen now; if so, it counts. */
  boolean tryAcquire() {
    long now = ticker.nanos();
    while (true) {
      long before = due.get();
      long ahead = Math.max(0, before - now);
      if (ahead > most) {
        return false;
      }
      if (due.compareAndSet(before, now + ahead + interval)) {
        return true;
      }
    }
  }
}
