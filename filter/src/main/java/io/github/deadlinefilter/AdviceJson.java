package io.github.deadlinefilter;

/**
 * An {@link AdviceReport} as a JSON document. Its keys are for programs and stay: more may come.
 *
 * <ul>
 *   <li>{@code routes}: for each its {@code route}, {@code deadline}, {@code requests}, {@code
 *       expired}, {@code expiredShare}, {@code refused}, {@code refusedShare}, {@code p50}, {@code
 *       p99}, {@code p999}, {@code longest}, {@code everAsked}, {@code blamed} (how often the cause
 *       of slowness is known), {@code mostBlamed}, {@code mostBlamedShare}, {@code whatIf}, a
 *       shorter deadline, and {@code whatIfCut}, the share of the hour that it would have cut
 *   <li>{@code advice}: of each piece its {@code code}, {@code route}, {@code text}, the {@code
 *       deadline} at present, the one that is {@code advised}, and {@code advisedCut}, the share of
 *       the hour that it would have cut
 *   <li>{@code rules}: the text for the setting {@code routes}
 * </ul>
 *
 * <p>Times are numbers of milliseconds, shares are from 0 to 1, and what is not known, or does not
 * exist, is null. Stateless.
 */
final class AdviceJson {
  private AdviceJson() {}

  static String of(AdviceReport report) {
    JsonText json = new JsonText().object().array("routes");
    report.figures().forEach(of -> route(json, of));
    json.endArray().array("advice");
    report.advice().forEach(one -> advice(json, one));
    return json.endArray().put("rules", report.routesText()).endObject() + "\n";
  }

  private static void route(JsonText json, RouteFigures of) {
    Summary seen = of.summary();
    WhatIf whatIf = of.whatIf();
    json.object()
        .put("route", of.route().name())
        .raw("deadline", millis(of.deadlineNanos()))
        .put("requests", seen.requests())
        .put("expired", seen.expired())
        .raw("expiredShare", Figure.number(seen.expiredShare()))
        .put("refused", seen.refused())
        .raw("refusedShare", Figure.number(seen.refusedShare()))
        .raw("p50", millis(seen.quantileNanos(0.5)))
        .raw("p99", millis(seen.quantileNanos(0.99)))
        .raw("p999", millis(seen.quantileNanos(0.999)))
        .raw("longest", millis(seen.timed() == 0 ? Summary.UNKNOWN : seen.longestNanos()))
        .put("everAsked", seen.everAsked())
        .put("blamed", seen.blamed())
        .put("mostBlamed", seen.mostBlamed())
        .raw("mostBlamedShare", Figure.number(seen.mostBlamedShare()))
        .raw("whatIf", whatIf == null ? "null" : millis(whatIf.deadlineNanos()))
        .raw("whatIfCut", whatIf == null ? "null" : Figure.number(whatIf.cut()))
        .endObject();
  }

  private static void advice(JsonText json, Advice one) {
    boolean advises = one.advisesDeadline();
    json.object()
        .put("code", one.code().code())
        .put("route", one.figures().route().name())
        .put("text", one.sentence())
        .raw("deadline", millis(one.figures().deadlineNanos()))
        .raw("advised", millis(advises ? one.advisedNanos() : Summary.UNKNOWN))
        .raw("advisedCut", advises ? Figure.number(one.advisedCut()) : "null")
        .endObject();
  }

  /** Nothing is as long as no deadline, and as what is not known. */
  private static String millis(long nanos) {
    return nanos == Long.MAX_VALUE ? "null" : Figure.millis(nanos);
  }
}
