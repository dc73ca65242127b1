package io.github.deadlinefilter;

/**
 * One thing that the last hour says about a route, for the person who sets the deadlines.
 * Immutable.
 *
 * @param figures of its route, from which it comes
 * @param sentence for a person, on one line, without the route's name
 * @param advisedNanos the deadline that it advises, or {@link #NO_DEADLINE_ADVISED}
 * @param advisedCut the share of the timed requests that a deadline like that would have cut, at
 *     most; 0 if it advises none
 */
record Advice(
    Code code, RouteFigures figures, String sentence, long advisedNanos, double advisedCut) {

  /** {@link #advisedNanos} of one that is not about the length of the deadline. */
  static final long NO_DEADLINE_ADVISED = -1;

  /** What it is about. The codes are for programs and stay stable. */
  enum Code {
    /** The deadline is so long that it never does anything for a request that others take. */
    COULD_BE_SHORTER("could-be-shorter"),
    /** The deadline passes for too many to be about the exception. */
    CUTS_MANY("cuts-many"),
    /** A rule that is perhaps misspelt. */
    NEVER_ASKED("never-asked"),
    /** A rule that does nothing, whatever is asked for. */
    CANNOT_MATCH("cannot-match"),
    /** Who is slow is nearly always slow for the same reason. */
    ONE_DEPENDENCY("one-dependency");

    private final String code;

    Code(String code) {
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  /** One that names no deadline. */
  static Advice of(Code code, RouteFigures figures, String sentence) {
    return new Advice(code, figures, sentence, NO_DEADLINE_ADVISED, 0);
  }

  boolean advisesDeadline() {
    return advisedNanos != NO_DEADLINE_ADVISED;
  }
}
