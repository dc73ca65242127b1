package io.github.deadlinefilter;

/**
 * Nanoseconds as people read them. Apart from {@link Durations}, which is about settings: this is
 * used by {@link Deadline}, too, where there is no servlet API.
 */
final class Nanos {
  private static final String[] UNITS = {"h", "m", "s", "ms", "us", "ns"};
  private static final long[] NANOS = {
    3_600_000_000_000L, 60_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L, 1L
  };

  private Nanos() {}

  /** The shortest exact form in one unit, such as {@code 5s} or {@code 1500ms}, or {@code none}. */
  static String format(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return "none";
    } else if (nanos == 0) {
      return "0ms";
    }
    int unit = 0;
    while (nanos % NANOS[unit] != 0) {
      unit++;
    }
    return nanos / NANOS[unit] + UNITS[unit];
  }
}
