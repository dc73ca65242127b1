package io.github.deadlinefilter;

import io.github.deadlinefilter.RecentIncidents.Entry;
import io.github.deadlinefilter.Timeline.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The parts of a {@link BoardFeed} in JSON; {@code board.js} has the other end. Stateless.
 *
 * <p>What a client sends is shown as it is logged, and of everything there is only so much.
 */
final class BoardJson {
  private static final int MOST_RUNNING = 200;
  private static final int MOST_ROUTES = 200;

  private BoardJson() {}

  static void running(JsonText json, Runs runs) {
    json.array("running");
    runs.oldest(MOST_RUNNING)
        .forEach(
            run ->
                identity(json.object(), run)
                    .put("phase", Expiry.name(run.phase()))
                    .put("begun", run.deadline.hasBegun())
                    .putNanos("elapsed", run.deadline.elapsedNanos())
                    .putNanos("deadline", run.deadline.lengthNanos())
                    .put("at", run.slowAt())
                    .put("io", run.deadline.whereTimeWent())
                    .endObject());
    json.endArray();
  }

  static JsonText identity(JsonText json, RequestRun run) {
    return json.put("id", run.incident())
        .put("method", ExpiryReport.clean(run.method()))
        .put("route", run.route.name());
  }

  static void stuck(JsonText json, StuckWorkers workers, StuckLines lines) {
    json.array("stuck");
    List<RequestRun> oldest = workers.oldest();
    Map<RequestRun, String> at = lines.of(oldest);
    for (RequestRun run : oldest) {
      ExpiryReport report = run.reported();
      identity(json.object(), run)
          .put("request", report.request())
          .put("reason", report.reason().code())
          .putNanos("stuck", run.stuckNanos())
          .put("at", at.get(run))
          .put("io", run.deadline.whereTimeWent())
          .endObject();
    }
    json.endArray();
  }

  // ---- the last hour

  /** Those of which there is something to see, the busiest first. */
  static String routes(AdviceReport report) {
    JsonText json = new JsonText().array();
    report.figures().stream()
        .sorted(Comparator.comparingLong((RouteFigures of) -> of.summary().requests()).reversed())
        .limit(MOST_ROUTES)
        .forEach(of -> route(json, of));
    return json.endArray().toString();
  }

  private static void route(JsonText json, RouteFigures of) {
    Summary hour = of.summary();
    WhatIf whatIf = of.whatIf();
    json.object()
        .put("route", of.route().name())
        .putNanos("deadline", of.deadlineNanos())
        .putNanos("configured", of.route().deadlineNanos())
        .put("requests", hour.requests())
        .put("expired", hour.expired())
        .put("refused", hour.refused())
        .putNanos("p50", hour.quantileNanos(0.5))
        .putNanos("p99", hour.quantileNanos(0.99))
        .putNanos("p999", hour.quantileNanos(0.999))
        .putNanos("longest", hour.timed() == 0 ? Summary.UNKNOWN : hour.longestNanos())
        .putNanos("whatIf", whatIf == null ? Summary.UNKNOWN : whatIf.deadlineNanos())
        .raw("whatIfCut", whatIf == null ? "null" : Figure.number(whatIf.cut()))
        .endObject();
  }

  /** The rules as they have to stand in web.xml, for there they are copied to. */
  static String advice(AdviceReport report) {
    JsonText json = new JsonText().object().array("pieces");
    for (Advice one : report.advice()) {
      json.object()
          .put("code", one.code().code())
          .put("route", one.figures().route().name())
          .put("text", one.sentence())
          .putNanos("advised", one.advisesDeadline() ? one.advisedNanos() : Summary.UNKNOWN)
          .raw("advisedCut", one.advisesDeadline() ? Figure.number(one.advisedCut()) : "null")
          .endObject();
    }
    return json.endArray()
        .put("rules", AdvisedRoutes.xml(report.routesText()))
        .endObject()
        .toString();
  }

  static void timeline(JsonText json, Recent recent) {
    Timeline timeline = recent.timeline();
    long last = timeline.step();
    long end = recent.incidents().nowMillis() + TimeUnit.NANOSECONDS.toMillis(timeline.leftNanos());
    json.object("timeline").put("end", end).putNanos("step", Timeline.STEP_NANOS);
    json.put("completed", timeline.upTo(last, Outcome.COMPLETED))
        .put("failed", timeline.upTo(last, Outcome.FAILED))
        .put("expired", timeline.upTo(last, Outcome.EXPIRED))
        .put("refused", timeline.upTo(last, Outcome.REFUSED))
        .put("left", timeline.upTo(last, Outcome.LEFT_LATE))
        .endObject();
  }

  /** Without their stacks, which are many and long: see {@link BoardFeed#stack}. */
  static void incidents(JsonText json, RecentIncidents incidents) {
    json.array("incidents");
    for (Entry entry : incidents.list()) {
      entry(json.object(), entry).put("hasStack", !entry.stack().isEmpty()).endObject();
    }
    json.endArray().array("refusals");
    for (RecentIncidents.Refusal refusal : incidents.refusals()) {
      json.object()
          .put("route", refusal.route())
          .put("reason", refusal.reason())
          .put("times", refusal.times())
          .put("last", refusal.lastMillis())
          .endObject();
    }
    json.endArray();
  }

  static JsonText entry(JsonText json, Entry entry) {
    return json.put("id", entry.incident())
        .put("when", entry.atMillis())
        .put("request", entry.request())
        .put("reason", entry.reason())
        .put("method", entry.method())
        .put("route", entry.route())
        .putNanos("deadline", entry.deadlineNanos())
        .putNanos("elapsed", entry.elapsedNanos())
        .put("answer", entry.answer())
        .put("at", entry.at())
        .put("io", entry.io())
        .put("worker", entry.worker())
        .putNanos("overrun", entry.overrunNanos());
  }
}
