package io.github.deadlinefilter;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

  /** How long it was, or the idle limit. */
  private final Duration length;

  /**
   * @param endedEarly why the request was ended before its deadline, null if it was not; with
   *     {@link Reason#IDLE} the length is that of the idle limit
   */
  DeadlineExceededException(String route, Duration length, @Nullable Reason endedEarly) {
    super(message(route, Durations.format(length.toNanos()), endedEarly));
    this.route = route;
    this.length = length;
  }

  private static String message(String route, String length, @Nullable Reason endedEarly) {
    if (endedEarly == Reason.IDLE) {
      return "The response has made no progress for " + length + " (route " + route + ")";
    }
    return endedEarly == null
        ? "The deadline of " + length + " (route " + route + ") has passed"
        : "The request was ended before its deadline of "
            + length
            + " (route "
            + route
            + "): "
            + endedEarly.code();
  }

  /** The route whose deadline passed: its methods and pattern as configured, or {@code default}. */
  public String route() {
    return route;
  }

  /** The length of the deadline that passed, or of the idle limit if it was that. */
  public Duration length() {
    return length;
  }
}
