package io.github.deadlinefilter;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One expiry or refusal, as it is logged: always the same keys, as key=value.
 *
 * @param incident the id that the client was given
 * @param elapsedNanos from the begin of the deadline to the decision
 * @param waitedNanos how much of that was over when the request came here
 * @param phase where the request was: queued, running, or async
 * @param ran a worker was inside at the decision, or on its way in or out
 * @param io what it has called outside the JVM, for how long, and where it still is; empty if that
 *     is not known
 * @param stack of the worker at the decision, before it was told to stop; empty if there was none,
 *     or if too many were taken
 */
record ExpiryReport(
    String incident,
    Reason reason,
    String method,
    String route,
    long deadlineNanos,
    long elapsedNanos,
    long waitedNanos,
    String phase,
    boolean ran,
    String io,
    List<StackTraceElement> stack) {

  /** What the client got. */
  enum Answer {
    /** The container's own error handling. */
    CLEAN,
    /** The filter's own body, past a worker that is still inside. */
    DIRECT,
    /** The response had begun: the connection was closed, or the stream was reset. */
    ABORTED,
    /** The response had begun, and this container gives no means to cut it before its end. */
    CUT_LATE
  }

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");

  /** Carries the worker's stack into the log in the form that every log framework prints. */
  static final class WorkerStack extends Throwable {
    private static final long serialVersionUID = 1L;

    WorkerStack(List<StackTraceElement> stack, @Nullable Throwable ended) {
      super(
          "the worker was here",
          null,
          /* enableSuppression= */ true,
          /* writableStackTrace= */ true);
      setStackTrace(stack.toArray(StackTraceElement[]::new));
      if (ended != null) {
        addSuppressed(ended);
      }
    }
  }

  static ExpiryReport of(RequestRun run, String phase, boolean ran, List<StackTraceElement> stack) {
    return new ExpiryReport(
        Incident.next(),
        run.reason(),
        clean(run.method()),
        run.route.name(),
        run.deadline.lengthNanos(),
        run.deadline.elapsedNanos(),
        run.deadline.waitedNanos(),
        phase,
        ran,
        run.deadline.whereTimeWent(),
        stack);
  }

  /** A method is the client's text. */
  static String clean(String method) {
    String safe = method.length() > 20 ? method.substring(0, 20) : method;
    return UNSAFE.matcher(safe).replaceAll("?");
  }

  /** The client has been answered. {@code ended}: what the worker threw, if it has left. */
  void answered(Answer answer, boolean left, @Nullable Throwable ended) {
    String worker = !ran ? "none" : left ? "left" : "stuck";
    String at = InterruptOutcomes.place(stack);
    LOG.log(
        System.Logger.Level.WARNING,
        line("Deadline expired", worker)
            + " answer="
            + answer.name().toLowerCase(Locale.ROOT)
            + (io.isEmpty() ? "" : " io=\"" + io + "\"")
            + (at == null ? "" : " at=\"" + at + "\""),
        stack.isEmpty() && ended == null ? null : new WorkerStack(stack, ended));
  }

  /** The request was turned away, and not because its time was over. */
  boolean isRefusal() {
    return !ran && reason.isRefusal();
  }

  /**
   * As {@link #answered}, of a refusal.
   *
   * @param others that were refused since the last one that was logged
   * @param why more about the reason, as key=value; or ""
   */
  void refused(Answer answer, long others, String why) {
    LOG.log(
        System.Logger.Level.WARNING,
        line("Refused", "none")
            + " answer="
            + answer.name().toLowerCase(Locale.ROOT)
            + (why.isEmpty() ? "" : " " + why)
            + (others == 0 ? "" : " others=" + others));
  }

  /** A worker that was reported as stuck has left. */
  void leftLate(long nowElapsedNanos, @Nullable Throwable ended) {
    String how =
        ended == null
            ? "returned"
            : ended instanceof DeadlineExceededException ? "stopped-by-fence" : "threw";
    LOG.log(
        System.Logger.Level.WARNING,
        line("Late worker left", "left-late")
            + " overrun="
            + Nanos.format((nowElapsedNanos - elapsedNanos) / 1000_000 * 1000_000)
            + " ended="
            + how,
        ended);
  }

  /** Of the request, for other lines about it. */
  String identity() {
    return "incident="
        + incident
        + " reason="
        + reason.code()
        + " method="
        + method
        + " route=\""
        + route
        + '"';
  }

  private String line(String event, String worker) {
    return event
        + ": "
        + identity()
        + " deadline="
        + Nanos.format(deadlineNanos)
        + " elapsed="
        + elapsedNanos / 1_000_000
        + "ms"
        + (waitedNanos == 0 ? "" : " waited=" + waitedNanos / 1_000_000 + "ms")
        + " phase="
        + phase
        + " worker="
        + worker;
  }
}
