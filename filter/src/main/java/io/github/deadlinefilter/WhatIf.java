package io.github.deadlinefilter;

import org.jspecify.annotations.Nullable;

/**
 * What a shorter deadline would have done to a route in the last hour: no advice, but a measure for
 * the person who sets it. Immutable.
 *
 * @param deadlineNanos shorter than the present one
 * @param cut the share of the timed requests that it would have cut, at most
 */
record WhatIf(long deadlineNanos, double cut) {
  /** Of fewer requests a single one is more than a percent. */
  private static final long ENOUGH = 100;

  private static final double NEARLY_ALL = 0.999;

  /**
   * The first round deadline that nearly all requests meet, or half of the present one where that
   * is not shorter. Null if too few requests were timed, or there is none to compare with.
   */
  static @Nullable WhatIf of(RouteFigures of) {
    Summary seen = of.summary();
    if (seen.timed() < ENOUGH) {
      return null;
    }
    long shorter = RoundDeadlines.atLeast(seen.quantileNanos(NEARLY_ALL));
    if (shorter >= of.deadlineNanos() && of.hasDeadline()) {
      long half = of.deadlineNanos() / 2;
      long round = RoundDeadlines.atLeast(half);
      shorter = round < of.deadlineNanos() ? round : half;
    }
    return shorter < of.deadlineNanos() ? new WhatIf(shorter, seen.shareAbove(shorter)) : null;
  }

  /** Such as {@code at 2s it would have cut 0.3 % of the answers of the last hour}. */
  String text() {
    return "at "
        + RoundDeadlines.text(deadlineNanos)
        + " it would have cut "
        + (cut == 0 ? "none" : Figure.percent(cut))
        + " of the answers of the last hour";
  }
}
