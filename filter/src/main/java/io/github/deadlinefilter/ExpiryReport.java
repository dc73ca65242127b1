package io.github.deadlinefilter;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One expiry or refusal, as it is logged: as key=value, always in the same order, what is not known
 * left out.
 *
 * @param incident the id that the client was given
 * @param request as others name it, empty if they do not
 * @param elapsedNanos from the begin of the deadline to the decision
 * @param waitedNanos how much of that was over when the request came here
 * @param phase where the request was: queued, running, or async
 * @param ran a worker was inside at the decision, or on its way in or out
 * @param begun the application has seen it: now, or before it became asynchronous
 * @param io what it has called outside the JVM, for how long, and where it still is; empty if that
 *     is not known
 * @param calls the same, a line for each call
 * @param dependency what of that took most of the time; empty if nothing did
 * @param stack of the worker at the decision, before it was told to stop; empty if there was none,
 *     or if too many were taken
 * @param slow the line of the application's that is to blame
 */
record ExpiryReport(
    String incident,
    String request,
    Reason reason,
    String method,
    String route,
    long deadlineNanos,
    long elapsedNanos,
    long waitedNanos,
    String phase,
    boolean ran,
    boolean begun,
    String io,
    List<String> calls,
    String dependency,
    List<StackTraceElement> stack,
    SlowLine slow) {

  /** How the lines begin. */
  static final String EXPIRED = "Deadline expired";

  static final String REFUSED = "Refused";

  /** {@link #phase} of one that waits for a worker. */
  static final String QUEUED = "queued";

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

  private static final Set<String> USUAL =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

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
        run.incident(),
        RequestId.of(run.request),
        run.reason(),
        clean(run.method()),
        run.route.name(),
        run.deadline.lengthNanos(),
        run.deadline.elapsedNanos(),
        run.deadline.waitedNanos(),
        phase,
        ran,
        ran || run.pass() > 1 || !phase.equals(QUEUED),
        run.deadline.whereTimeWent(),
        run.deadline.calls(),
        run.deadline.dependency(),
        stack,
        new SlowLine(run.samplesWith(stack), run.runs().expiry().lines()));
  }

  /** A method is the client's text. */
  static String clean(String method) {
    if (USUAL.contains(method)) {
      return method; // for this is asked of every request
    }
    String safe = method.length() > 20 ? method.substring(0, 20) : method;
    return UNSAFE.matcher(safe).replaceAll("?");
  }

  /** The client has been answered. {@code ended}: what the worker threw, if it has left. */
  void answered(Answer answer, boolean left, @Nullable Throwable ended) {
    String worker = !ran ? "none" : left ? "left" : "stuck";
    LOG.log(
        System.Logger.Level.WARNING,
        line(EXPIRED, worker)
            + " answer="
            + answer.name().toLowerCase(Locale.ROOT)
            + (io.isEmpty() ? "" : " io=\"" + io + "\"")
            + (at().isEmpty() ? "" : " at=\"" + at() + "\"")
            + (slow.samples() > 1 ? " samples=" + slow.samples() : ""),
        stack.isEmpty() && ended == null ? null : new WorkerStack(stack, ended));
  }

  /** The line that is to blame; empty if that is not known. */
  String at() {
    return slow.at();
  }

  /** What it is slow because of; empty if that is not known. */
  String blamed() {
    return dependency.isEmpty() ? at() : dependency;
  }

  /**
   * The request was turned away, and not because its time was over. One that comes back from an
   * asynchronous start, or waits there, was begun and is not refused.
   */
  boolean isRefusal() {
    return !begun && reason.isRefusal();
  }

  /**
   * As {@link #answered}, of a refusal.
   *
   * @param why more about the reason, as key=value; or ""
   */
  void refused(Answer answer, String why) {
    LOG.log(
        System.Logger.Level.WARNING,
        line(REFUSED, "none")
            + " answer="
            + answer.name().toLowerCase(Locale.ROOT)
            + (why.isEmpty() ? "" : " " + why));
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
        + '"'
        + (request.isEmpty() ? "" : " request=" + request);
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
