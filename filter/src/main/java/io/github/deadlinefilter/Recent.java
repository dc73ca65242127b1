package io.github.deadlinefilter;

import io.github.deadlinefilter.ExpiryReport.Answer;
import io.github.deadlinefilter.RecentIncidents.Entry;
import io.github.deadlinefilter.Timeline.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * What has become of the requests of late, for people who look: counted in a {@link Timeline}, and
 * those that did not end well among the {@link RecentIncidents}.
 *
 * <p>Thread-safe; on the path of each request.
 */
final class Recent {
  private final Timeline timeline;
  private final RecentIncidents incidents;

  Recent(Timeline timeline, RecentIncidents incidents) {
    this.timeline = timeline;
    this.incidents = incidents;
  }

  Timeline timeline() {
    return timeline;
  }

  RecentIncidents incidents() {
    return incidents;
  }

  /** In time. */
  void ended(RequestRun run) {
    timeline.add(run.hasCompleted() ? Outcome.COMPLETED : Outcome.FAILED);
  }

  /**
   * At its deadline, or at once.
   *
   * @param left its worker is not inside any more
   */
  void answered(ExpiryReport report, Answer answer, boolean left) {
    if (report.isRefusal()) {
      refused(report.route(), report.reason());
      return;
    }
    timeline.add(Outcome.EXPIRED);
    incidents.add(
        new Entry(
            incidents.nowMillis(),
            report.incident(),
            report.request(),
            report.reason().code(),
            report.method(),
            report.route(),
            report.deadlineNanos(),
            report.elapsedNanos(),
            answer.name().toLowerCase(Locale.ROOT),
            report.blamed(),
            report.io(),
            report.calls(),
            RecentIncidents.lines(report.stack()),
            !report.ran() ? Entry.NONE : left ? Entry.LEFT : Entry.STUCK,
            /* overrunNanos= */ 0));
  }

  /** Also where it would have been. */
  void refused(String route, Reason reason) {
    timeline.add(Outcome.REFUSED);
    incidents.refused(route, reason.code());
  }

  /** The worker has left, so long after its client had been answered. */
  void leftLate(String incident, long overrunNanos) {
    timeline.add(Outcome.LEFT_LATE);
    incidents.left(incident, overrunNanos);
  }

  // ---- where it is only observed

  /** As {@link #answered}, of a request that nobody ends. */
  void wouldHaveExpired(
      String incident,
      String method,
      String route,
      Reason reason,
      long deadlineNanos,
      long elapsedNanos,
      String at,
      List<StackTraceElement> stack,
      boolean left) {
    timeline.add(Outcome.EXPIRED);
    incidents.add(
        new Entry(
            incidents.nowMillis(),
            incident,
            /* request= */ "",
            reason.code(),
            method,
            route,
            deadlineNanos,
            elapsedNanos,
            "observed",
            at,
            /* io= */ "",
            /* calls= */ List.of(),
            RecentIncidents.lines(stack),
            left ? Entry.LEFT : Entry.STUCK,
            /* overrunNanos= */ 0));
  }

  /** In time, as far as anybody can tell from outside. */
  void completed() {
    timeline.add(Outcome.COMPLETED);
  }
}
