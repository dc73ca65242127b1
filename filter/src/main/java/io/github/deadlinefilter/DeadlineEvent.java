package io.github.deadlinefilter;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one request, for {@link DeadlineListener}. The words are those of the log.
 *
 * <p>Immutable.
 */
public final class DeadlineEvent {
  private final String route;
  private final String method;
  private final long deadlineNanos;
  private final long elapsedNanos;
  private final boolean clientGone;
  private final @Nullable ExpiryReport report;
  private final ExpiryReport.@Nullable Answer answer;
  private final @Nullable Throwable failure;

  private DeadlineEvent(
      RequestRun run,
      @Nullable ExpiryReport report,
      ExpiryReport.@Nullable Answer answer,
      @Nullable Throwable failure) {
    this.route = run.route.name();
    this.method = ExpiryReport.clean(run.method());
    this.deadlineNanos = run.deadline.lengthNanos();
    this.elapsedNanos = run.deadline.elapsedNanos();
    this.clientGone = run.reason() == Reason.CLIENT_GONE;
    this.report = report;
    this.answer = answer;
    this.failure = failure;
  }

  /** Of a request that is in time. */
  static DeadlineEvent inTime(RequestRun run, @Nullable Throwable failure) {
    return new DeadlineEvent(run, null, null, failure);
  }

  /** Of one that was ended or refused. */
  static DeadlineEvent answered(RequestRun run, ExpiryReport.Answer answer) {
    return new DeadlineEvent(run, run.reported(), answer, null);
  }

  /** Of one whose worker has left. */
  static DeadlineEvent left(RequestRun run) {
    return new DeadlineEvent(run, run.reported(), null, run.failure());
  }

  /** The rule that the request matched, such as {@code GET /reports/*}, or {@code default}. */
  public String route() {
    return route;
  }

  /** The HTTP method; what is not a letter, digit, {@code _} or {@code -} is a question mark. */
  public String method() {
    return method;
  }

  /** The length of the deadline. A route that only limits pauses has none: 292 years. */
  public Duration deadline() {
    return Duration.ofNanos(deadlineNanos);
  }

  /** From the begin of the deadline to this event. */
  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }

  /** The id that the client was given; none of a request that ended in time. */
  public Optional<String> incident() {
    return Optional.ofNullable(report).map(ExpiryReport::incident);
  }

  /**
   * How others name the request: the header {@code X-Request-Id}, of which what is not a letter,
   * digit or one of {@code _.:+/@-} is a question mark and which is cut after 64 characters, or
   * else the trace id of {@code traceparent}; none of a request that has neither, or that ended in
   * time.
   */
  public Optional<String> requestId() {
    return Optional.ofNullable(report).map(ExpiryReport::request).filter(id -> !id.isEmpty());
  }

  /**
   * Why the application did not answer: {@code expired}, {@code expired-in-queue}, {@code
   * queue-full} and the other codes that README lists; none of a request that ended in time, but
   * for {@code client-gone} if that is how it did.
   */
  public Optional<String> reason() {
    if (report != null) {
      return Optional.of(report.reason().code());
    }
    return clientGone ? Optional.of(Reason.CLIENT_GONE.code()) : Optional.empty();
  }

  /**
   * How the client was answered: {@code clean}, {@code direct}, {@code aborted} or {@code
   * cut_late}; none if it was the application that answered, and none of {@link
   * DeadlineListener#leftLate}.
   */
  public Optional<String> answer() {
    return Optional.ofNullable(answer).map(of -> of.name().toLowerCase(Locale.ROOT));
  }

  /** How long ago the request was ended: of {@link DeadlineListener#leftLate}, else zero. */
  public Duration overrun() {
    return report == null || answer != null
        ? Duration.ZERO
        : Duration.ofNanos(elapsedNanos - report.elapsedNanos());
  }

  /**
   * What the request had called outside the JVM when it was ended, in a line without values, and
   * where it still was; empty if that is not known.
   */
  public String io() {
    return report == null ? "" : report.io();
  }

  /**
   * As {@link #io}, a line for each call, such as {@code +1200ms sql SELECT * FROM t WHERE id = ?:
   * 350ms}: the 32 latest that had ended, and those in progress.
   */
  public List<String> ioCalls() {
    return report == null ? List.of() : report.calls();
  }

  /**
   * The worker's stack when the request was ended, before it was told to stop; empty if it had none
   * or if many expired at the same time.
   */
  public List<StackTraceElement> stack() {
    return report == null ? List.of() : report.stack();
  }

  /**
   * What the request was slow in, or empty if that is not known: a call outside the JVM that took
   * at least half of its time, such as {@code sql SELECT * FROM orders WHERE id = ?}; or else the
   * line of the application, or of one of its libraries, that the worker's stacks at a half and at
   * four fifths of the deadline and at its end have in common, such as {@code
   * com.example.Orders.find(Orders.java:41)}.
   */
  public String blamed() {
    return report == null ? "" : report.blamed();
  }

  /**
   * What the application threw: of {@link DeadlineListener#failed}, unless its client had gone, and
   * perhaps of {@link DeadlineListener#leftLate}.
   */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** For people. */
  @Override
  public String toString() {
    return "DeadlineEvent[route=\""
        + route
        + "\" method="
        + method
        + " deadline="
        + Nanos.format(deadlineNanos)
        + " elapsed="
        + Nanos.format(elapsedNanos / 1_000_000 * 1_000_000)
        + reason().map(" reason="::concat).orElse("")
        + incident().map(" incident="::concat).orElse("")
        + "]";
  }
}
