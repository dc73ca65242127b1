package io.github.deadlinefilter;

import io.github.deadlinefilter.ExpiryReport.Answer;

/**
 * Tells everybody how the client of an expired request was answered, and when a worker that had
 * been answered past has left: the log, the listeners, the history of the route and the board.
 *
 * <p>Thread-safe.
 */
final class AnswerNews {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Repeats repeats;
  private final Recent recent =
      new Recent(new Timeline(Ticker.SYSTEM), new RecentIncidents(System::currentTimeMillis));

  AnswerNews(Repeats repeats) {
    this.repeats = repeats;
  }

  Recent recent() {
    return recent;
  }

  /** Says in the log, and to whoever listens, how the client was answered. */
  void say(RequestRun run, Answer answer, boolean left) {
    say(
        run,
        () -> {
          tellNow(run, answer, left);
          log(run, answer, left);
        });
  }

  /** To everybody but the log: listeners, the figures of the route, and the board. */
  void tell(RequestRun run, Answer answer, boolean left) {
    say(run, () -> tellNow(run, answer, left));
  }

  private void say(RequestRun run, Runnable telling) {
    try {
      quietly(telling);
    } finally {
      said(run);
    }
  }

  /**
   * As a log may fail whose disk is full. The client has its answer, and the request is ended as
   * any other.
   */
  private static void quietly(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException | Error e) {
      failed("Telling of a late request failed", e);
    }
  }

  /** Says what went wrong, unless it is the log itself. */
  static void failed(String what, Throwable why) {
    Quietly.run(() -> LOG.log(System.Logger.Level.ERROR, what, why));
  }

  private void log(RequestRun run, Answer answer, boolean left) {
    ExpiryReport report = run.reported();
    boolean refusal = report.isRefusal();
    String what = refusal ? ExpiryReport.REFUSED : ExpiryReport.EXPIRED;
    if (!repeats.isNews(what, report.route(), report.reason().code(), report.at())) {
      run.know(RequestRun.UNSAID);
    } else if (refusal) {
      report.refused(answer, why(run));
    } else {
      report.answered(answer, left, left ? run.failure() : null);
    }
  }

  private void tellNow(RequestRun run, Answer answer, boolean left) {
    run.runs().events().answered(run, answer);
    remember(run, run.reported());
    recent.answered(run.reported(), answer, left);
  }

  private static void remember(RequestRun run, ExpiryReport report) {
    RouteHistory history = run.bulkhead.history();
    if (report.isRefusal()) {
      history.refused();
    } else if (isTurnedBack(report) || (report.reason().isOfTime() && !run.deadline.hasBegun())) {
      history.expired(report.elapsedNanos());
    }
    if (!report.blamed().isEmpty()) {
      history.blamed(report.blamed());
    }
  }

  /** It was begun, and did not get back in: it ends as listeners and meters have it. */
  private static boolean isTurnedBack(ExpiryReport report) {
    return report.begun() && !report.ran() && report.reason().isRefusal();
  }

  /**
   * Race with a worker that leaves as soon as its client is answered: whoever comes second says
   * that it has left, so that the log never has the end before the beginning.
   */
  private void said(RequestRun run) {
    if ((run.know(RequestRun.ANSWER_SAID) & RequestRun.LEFT_LATE) != 0) {
      quietly(() -> sayLeft(run));
    }
  }

  private void sayLeft(RequestRun run) {
    run.runs().events().leftLate(run);
    recent.leftLate(run.incident(), run.stuckNanos());
    if (!run.isUnsaid()) { // the end of what nobody has read the beginning of
      run.reported().leftLate(run.deadline.elapsedNanos(), run.failure());
    }
  }

  private static String why(RequestRun run) {
    StuckWorkers stuck = run.runs().bulkheads().stuck();
    return run.reason() != Reason.STUCK
        ? ""
        : "stuck="
            + run.bulkhead.stuck()
            + " oldest="
            + Nanos.format(stuck.oldestNanos(run.bulkhead) / 1_000_000 * 1_000_000);
  }

  /** A worker has left an expired run that had been answered past it. On whatever thread. */
  void leftLate(RequestRun run) {
    if (run.report() == null) {
      return;
    }
    int before = run.know(RequestRun.LEFT_LATE);
    if ((before & RequestRun.LEFT_LATE) == 0) {
      run.runs().bulkheads().stuck().remove(run);
      run.noteInterruptLeft(run.deadline.clockwork().ticker().nanos());
      if ((before & RequestRun.ANSWER_SAID) != 0) {
        quietly(() -> sayLeft(run));
      }
    }
  }
}
