package io.github.deadlinefilter;

import java.io.Serial;
import java.time.Duration;

/**
 * Thrown to an application that goes on using a request, a response or a stream of which the
 * deadline has passed, and by {@link Deadline#check()}.
 *
 * <p>It is unchecked on purpose, also where the method could throw an {@link java.io.IOException}:
 * code that shrugs off a failed write must not carry on with a request that is already answered.
 */
public final class DeadlineExceededException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Which deadline: the name of its route. */
  private final String route;

  /** How long it was. */
  private final Duration length;

  DeadlineExceededException(String route, Duration length) {
    super(
        "The deadline of "
            + Durations.format(length.toNanos())
            + " (route "
            + route
            + ") has passed");
    this.route = route;
    this.length = length;
  }

  /** The route whose deadline passed: its methods and pattern as configured, or {@code default}. */
  public String route() {
    return route;
  }

  /** The length of the deadline that passed. */
  public Duration length() {
    return length;
  }
}
