package io.github.deadlinefilter;

import java.util.Arrays;

/**
 * How long the requests of a route take on their workers: the running median of the last 200.
 *
 * <p>Thread-safe.
 */
final class ServiceTimes {
  /** As many as a median is taken of; before that nothing is typical. */
  static final int SAMPLES = 200;

  /** How many come between two medians: taking one sorts all. */
  private static final int TAKE_EVERY = 20;

  /**
   * So many in a row that were in time although they looked doomed: whatever made the others slow
   * is over, and what is remembered of it would refuse requests for as long again.
   */
  private static final int SURPRISES = 3;

  private volatile long typicalNanos;

  // Guarded by this.
  private final long[] ring = new long[SAMPLES];
  private int count;
  private int next;
  private int surprises;

  /** 0 as long as nothing is typical. */
  long typicalNanos() {
    return typicalNanos;
  }

  /**
   * @param nanos that a worker was inside, late or not
   * @param deadlineNanos that it had
   */
  synchronized void add(long nanos, long deadlineNanos) {
    ring[next] = nanos;
    next = (next + 1) % SAMPLES;
    count = Math.min(SAMPLES, count + 1);
    surprises = typicalNanos > deadlineNanos && nanos < deadlineNanos ? surprises + 1 : 0;
    if (surprises == SURPRISES) {
      surprises = 0;
      count = 0;
      next = 0;
      typicalNanos = 0;
    } else if (count == SAMPLES && next % TAKE_EVERY == 0) {
      long[] sorted = ring.clone();
      Arrays.sort(sorted);
      typicalNanos = sorted[SAMPLES / 2];
    }
  }
}
