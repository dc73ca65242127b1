package io.github.deadlinefilter;

/**
 * The buckets that times are counted in. They are log-linear, as those of Gil Tene's <a
 * href="https://github.com/HdrHistogram/HdrHistogram">HdrHistogram</a>: 16 of the same width for
 * each power of two, so that a time is known to 6.25 % whatever its length, and is put into its
 * bucket by a shift. Not that library, because the jar has no dependency and needs neither its
 * range nor its precision.
 *
 * <p>The first bucket has everything below 2^16 ns, about 66 microseconds; the last has everything
 * above an hour and the few minutes that the bucket with the hour has more.
 *
 * <p>Stateless, called from any thread, allocates nothing.
 */
final class Latencies {
  private static final int PER_POWER_BITS = 4;
  private static final int PER_POWER = 1 << PER_POWER_BITS;

  /** The power of two where the second bucket begins. */
  private static final int FIRST_POWER = 16;

  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private static final int LAST = index(HOUR_NANOS) + 1;

  /** How many buckets there are. */
  static final int COUNT = LAST + 1;

  private Latencies() {}

  /**
   * The number of the bucket of a time, from 0 to {@link #COUNT} - 1; of a longer time it is never
   * a smaller one.
   */
  static int bucket(long nanos) {
    return nanos < 1L << FIRST_POWER ? 0 : Math.min(LAST, index(nanos));
  }

  private static int index(long nanos) {
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int steps = (int) (nanos >>> (power - PER_POWER_BITS)); // 16 to 31
    return (power - FIRST_POWER) * PER_POWER + steps - PER_POWER + 1;
  }

  /** The longest time that is in a bucket; of the last it is {@link Long#MAX_VALUE}. */
  static long upperNanos(int bucket) {
    if (bucket == 0) {
      return (1L << FIRST_POWER) - 1;
    } else if (bucket == LAST) {
      return Long.MAX_VALUE;
    }
    int power = FIRST_POWER + (bucket - 1) / PER_POWER;
    int steps = PER_POWER + (bucket - 1) % PER_POWER;
    return ((steps + 1L) << (power - PER_POWER_BITS)) - 1;
  }
}
