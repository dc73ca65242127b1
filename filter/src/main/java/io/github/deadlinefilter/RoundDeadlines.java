package io.github.deadlinefilter;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;

/** The deadlines that people choose, from 100 ms to a day. Stateless. */
final class RoundDeadlines {
  /** Longer than all of them. */
  static final long NONE = Long.MAX_VALUE;

  private static final long[] MILLIS = {
    100,
    200,
    300,
    500,
    750,
    1_000,
    1_500,
    2_000,
    3_000,
    5_000,
    7_500,
    10_000,
    15_000,
    20_000,
    30_000,
    45_000,
    60_000,
    90_000,
    2 * 60_000,
    3 * 60_000,
    5 * 60_000,
    10 * 60_000,
    15 * 60_000,
    20 * 60_000,
    30 * 60_000,
    45 * 60_000,
    60 * 60_000,
    2 * 3_600_000,
    3 * 3_600_000,
    6 * 3_600_000,
    12 * 3_600_000,
    24 * 3_600_000
  };

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private RoundDeadlines() {}

  /** The shortest that is not shorter than {@code nanos}, in nanoseconds, or {@link #NONE}. */
  static long atLeast(long nanos) {
    for (long millis : MILLIS) {
      long round = TimeUnit.MILLISECONDS.toNanos(millis);
      if (round >= nanos) {
        return round;
      }
    }
    return NONE;
  }

  /** Any deadline as it is written in a rule, such as {@code 1.5s} or {@code none}. */
  static String text(long nanos) {
    return nanos != Route.NO_DEADLINE && nanos > SECOND_NANOS && nanos % SECOND_NANOS != 0
        ? BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + "s"
        : Nanos.format(nanos);
  }
}
