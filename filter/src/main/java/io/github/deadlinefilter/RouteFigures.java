package io.github.deadlinefilter;

/**
 * One route in the last hour. Immutable.
 *
 * @param deadlineNanos the one that its requests have just now, whatever its rule says; positive,
 *     or {@link Route#NO_DEADLINE}
 */
record RouteFigures(Route route, long deadlineNanos, Summary summary) {
  boolean hasDeadline() {
    return deadlineNanos != Route.NO_DEADLINE;
  }
}
