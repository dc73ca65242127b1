package io.github.deadlinefilter;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown to an application that goes on using a request, a response or a stream of which the
 * deadline has passed, by {@link Deadline#check()}, and by scopes of the application's own.
 *
 * <p>It is unchecked on purpose, also where the method could throw an {@link java.io.IOException}:
 * code that shrugs off a failed write must not carry on with a request that is already answered.
 */
public final class DeadlineExceededException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  static final String SCOPE = "scope";

  private final String route;

  /** How long it was, or the idle limit. */
  private final Duration length;

  private final Deadline.Cause why;

  private final String whereTimeWent;

  /** The scope whose time it was, null if it was the request's. */
  private final transient @Nullable DeadlineScope scope;

  private DeadlineExceededException(
      String message,
      String route,
      Duration length,
      Deadline.Cause why,
      String whereTimeWent,
      @Nullable DeadlineScope scope) {
    super(whereTimeWent.isEmpty() ? message : message + ": " + whereTimeWent);
    this.route = route;
    this.length = length;
    this.why = why;
    this.whereTimeWent = whereTimeWent;
    this.scope = scope;
  }

  /** Of a request, on {@code route}. */
  DeadlineExceededException(
      String route, Duration length, Deadline.Cause why, String whereTimeWent) {
    this(
        message(route, Nanos.format(length.toNanos()), why),
        route,
        length,
        why,
        whereTimeWent,
        null);
  }

  /** Of a scope. */
  DeadlineExceededException(DeadlineScope scope, Duration length) {
    this(
        "The deadline of " + Nanos.format(length.toNanos()) + " (scope) has passed",
        SCOPE,
        length,
        Deadline.Cause.DEADLINE,
        scope.whereTimeWent(),
        scope);
  }

  /** The same deadline, before its end: nothing has begun, for it would need {@code needed}. */
  DeadlineExceededException tooLittle(long leftNanos, Duration needed) {
    String which = route.equals(SCOPE) ? SCOPE : "route " + route;
    return new DeadlineExceededException(
        "Not begun: "
            + Nanos.format(leftNanos)
            + " left of "
            + Nanos.format(length.toNanos())
            + " ("
            + which
            + ") where "
            + Nanos.format(DeadlineScope.nanos(needed))
            + " are needed",
        route,
        length,
        why,
        whereTimeWent,
        null);
  }

  private static String message(String route, String length, Deadline.Cause why) {
    return switch (why) {
      case DEADLINE -> "The deadline of " + length + " (route " + route + ") has passed";
      case IDLE -> "The response has made no progress for " + length + " (route " + route + ")";
      case CLIENT_GONE -> ended(route, length, "its client has gone");
      case SHUTDOWN -> ended(route, length, "the application is stopping");
      case CANCELLED -> ended(route, length, "it was cancelled");
    };
  }

  private static String ended(String route, String length, String why) {
    return "The request was ended before its deadline of "
        + length
        + " (route "
        + route
        + "): "
        + why;
  }

  /**
   * Whose deadline passed, or leaves too little: the methods and the pattern of the request's route
   * as configured, or {@code default}; {@code scope} where it was a scope of the application's own.
   */
  public String route() {
    return route;
  }

  /** The length of that deadline, or of the idle limit if it was that. */
  public Duration length() {
    return length;
  }

  /** Why it is over, or would be. */
  public Deadline.Cause why() {
    return why;
  }

  /**
   * What the request has called outside the JVM, how often and for how long, as far as it is known
   * ({@link Deadline#io}); empty if it is not.
   */
  public String whereTimeWent() {
    return whereTimeWent;
  }

  /** Whether {@code scope} was it. */
  boolean isOf(DeadlineScope scope) {
    return this.scope == scope;
  }
}
