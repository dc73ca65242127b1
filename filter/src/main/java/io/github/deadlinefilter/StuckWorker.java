package io.github.deadlinefilter;

import java.util.List;

/**
 * A worker that is still inside although its request has been answered. A snapshot, immutable.
 *
 * @param request the id that its client or the edge has given it; empty if there is none
 * @param nanos since the deadline passed
 * @param then its stack at the deadline; empty if it was not taken
 * @param now its stack; empty if it has just left
 */
record StuckWorker(
    String incident,
    String method,
    String route,
    String request,
    long nanos,
    List<StackTraceElement> then,
    List<StackTraceElement> now) {

  /** Takes its stack, which stops it for a moment. */
  static StuckWorker of(RequestRun run) {
    ExpiryReport report = run.reported();
    return new StuckWorker(
        report.incident(),
        report.method(),
        report.route(),
        report.request(),
        run.stuckNanos(),
        report.stack(),
        run.interrupts.askedStack());
  }
}
