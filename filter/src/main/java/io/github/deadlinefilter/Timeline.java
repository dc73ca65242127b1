package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many requests have ended in which way, in steps of ten seconds of the last hour.
 *
 * <p>Thread-safe. Each request counts here, so to count takes no lock and allocates nothing. 14 KB.
 *
 * <p>A cell has its step in the upper half and its count in the lower one, so that the first who
 * finds a cell of an hour ago takes it over by one compare-and-set, its count with it. Race with
 * that: who has seen that a cell is of his step may count in that of an hour later if he is held up
 * for so long in between. Nothing is lost by that but what is over.
 */
final class Timeline {
  /** How a request has ended. */
  enum Outcome {
    /** The application has answered in time. */
    COMPLETED(0),
    /** In time, with an exception, or because its client had gone. */
    FAILED(1),
    /** It was ended at its deadline, or by an operator. */
    EXPIRED(2),
    /** It was turned away. */
    REFUSED(3),
    /** Its worker has left, after its client had been answered. Beside {@link #EXPIRED}. */
    LEFT_LATE(4);

    private final int row;

    Outcome(int row) {
      this.row = row;
    }
  }

  static final int STEPS = 360;
  static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int COUNT_BITS = 32;
  private static final long COUNT = (1L << COUNT_BITS) - 1;

  private final Ticker ticker;
  private final long originNanos;
  private final AtomicLongArray cells = new AtomicLongArray(STEPS * Outcome.values().length);

  Timeline(Ticker ticker) {
    this.ticker = ticker;
    this.originNanos = ticker.nanos();
  }

  void add(Outcome outcome) {
    long step = step();
    int cell = cell(outcome, step);
    long seen = cells.get(cell);
    while (seen >>> COUNT_BITS < step) {
      long there = cells.compareAndExchange(cell, seen, (step << COUNT_BITS) | 1);
      if (there == seen) {
        return;
      }
      seen = there;
    }
    cells.getAndIncrement(cell);
  }

  /** The number of the step that is under way; the first is 1, so that an empty cell is of none. */
  long step() {
    return (ticker.nanos() - originNanos) / STEP_NANOS + 1;
  }

  /** How long the step that is under way will go on. */
  long leftNanos() {
    return STEP_NANOS - (ticker.nanos() - originNanos) % STEP_NANOS;
  }

  /** The counts of an hour, the oldest first, up to and with the step {@code last}. */
  long[] upTo(long last, Outcome outcome) {
    long[] counts = new long[STEPS];
    for (int i = 0; i < STEPS; i++) {
      long step = last - STEPS + 1 + i;
      if (step > 0) {
        long cell = cells.get(cell(outcome, step));
        counts[i] = cell >>> COUNT_BITS == step ? cell & COUNT : 0;
      }
    }
    return counts;
  }

  private static int cell(Outcome outcome, long step) {
    return outcome.row * STEPS + (int) (step % STEPS);
  }
}
