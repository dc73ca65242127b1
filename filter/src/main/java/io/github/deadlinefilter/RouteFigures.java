package io.github.deadlinefilter;

import org.jspecify.annotations.Nullable;

/**
 * One route in the last hour. Immutable.
 *
 * @param deadlineNanos the one that its requests have just now, whatever its rule says; positive,
 *     or {@link Route#NO_DEADLINE}
 */
record RouteFigures(Route route, long deadlineNanos, Summary summary) {
  /** Null if the hour does not tell. */
  @Nullable WhatIf whatIf() {
    return WhatIf.of(this);
  }

  boolean hasDeadline() {
    return deadlineNanos != Route.NO_DEADLINE;
  }
}
