package io.github.deadlinefilter;

/**
 * How much of the filter's workers a route may use. Immutable, read from any thread.
 *
 * @param max how many of its requests run at a time, at most; positive, or {@link #NO_LIMIT}
 * @param queue how many of its requests wait for one of {@code max}, at most; may be 0
 * @param maxStuck how many stuck workers it may have before it takes no new requests; positive, or
 *     {@link #NO_LIMIT} where only those of all routes count
 * @param shed what is refused at once instead of being run in vain
 */
record RouteLimits(int max, int queue, int maxStuck, Shed shed) {
  static final int NO_LIMIT = Integer.MAX_VALUE;

  /** Those of a rule that names none. */
  static final RouteLimits NONE = new RouteLimits(NO_LIMIT, 0, NO_LIMIT, Shed.NONE);

  /** What a route refuses before it has tried. */
  enum Shed {
    /** Nothing. */
    NONE,
    /** A request with less time left than the route's requests typically take. */
    DOOMED
  }

  boolean hasMax() {
    return max != NO_LIMIT;
  }
}
