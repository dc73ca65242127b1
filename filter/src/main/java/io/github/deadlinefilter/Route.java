package io.github.deadlinefilter;

/**
 * What a request's rule asks for, with the settings of the filter filled in where the rule is
 * silent. Immutable, read from any thread.
 *
 * @param name the rule's methods and pattern as logs and metrics show them, such as {@code GET
 *     /reports/*}; {@code default} for requests that no rule names
 * @param deadlineNanos positive, or {@link #NO_DEADLINE}
 * @param onExpiry how expired work is told to stop
 * @param graceNanos how long an expired worker may take to leave; 0 or more
 * @param status of the answer at the deadline
 * @param retryAfterSeconds for the {@code Retry-After} of that answer, or {@link #NO_RETRY_AFTER}
 * @param until what must have happened by the deadline
 * @param idleNanos how long a response that has begun on a route with {@link Until#COMMIT} may make
 *     no progress; positive, or {@link #NO_IDLE_LIMIT}
 * @param serverTiming whether responses say where their time went, to whoever gets them
 * @param limits how much of the filter's workers it may use
 */
record Route(
    String name,
    long deadlineNanos,
    OnExpiry onExpiry,
    long graceNanos,
    int status,
    long retryAfterSeconds,
    Until until,
    long idleNanos,
    boolean serverTiming,
    RouteLimits limits) {

  /** The name of the route of all requests that no rule names. */
  static final String DEFAULT_NAME = "default";

  /** {@link #deadlineNanos} of a route whose requests pass untouched, but for its idle limit. */
  static final long NO_DEADLINE = Long.MAX_VALUE;

  /** {@link #idleNanos} of a route whose responses take as long as they take once begun. */
  static final long NO_IDLE_LIMIT = Long.MAX_VALUE;

  /** {@link #retryAfterSeconds} of a route whose answers carry no {@code Retry-After}. */
  static final long NO_RETRY_AFTER = -1;

  /** Whether requests of this route are watched at all. */
  boolean hasLimit() {
    return deadlineNanos != NO_DEADLINE || hasIdleLimit();
  }

  boolean hasIdleLimit() {
    return idleNanos != NO_IDLE_LIMIT;
  }
}
