package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;

/**
 * How fast stuck workers of a route have been leaving, and so when the next will.
 *
 * <p>Thread-safe; asked and told seldom.
 */
final class LeaveRate {
  /** What is longer ago says nothing of now. */
  private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);

  /** No client is sent away for longer. */
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

  private static final int REMEMBERED = 64;

  private final Ticker ticker;

  // Guarded by this: a ring of the last times.
  private final long[] left = new long[REMEMBERED];
  private int count;
  private int next;

  LeaveRate(Ticker ticker) {
    this.ticker = ticker;
  }

  /** One has left. */
  synchronized void add() {
    left[next] = ticker.nanos();
    next = (next + 1) % REMEMBERED;
    count = Math.min(REMEMBERED, count + 1);
  }

  /**
   * How long it will take until {@code number} more have left, at the pace of those that have in
   * the last minute, or for as long as anybody has been stuck. If none has, what has gone on for
   * {@code oldestNanos} is expected to go on for as long again.
   *
   * @return positive, two minutes at most
   */
  synchronized long nanosFor(int number, long oldestNanos) {
    long now = ticker.nanos();
    int recent = 0;
    long longest = 0;
    for (int i = 0; i < count; i++) {
      long ago = now - left[i];
      if (ago <= WINDOW) {
        recent++;
        longest = Math.max(longest, ago);
      }
    }
    // The pace of a few that have just left says nothing, where others have been in for long.
    long span = recent == REMEMBERED ? longest : Math.min(WINDOW, Math.max(longest, oldestNanos));
    long nanos = recent == 0 ? oldestNanos : Math.max(1, span) / recent * number;
    return Math.max(1, Math.min(LONGEST, nanos));
  }
}
