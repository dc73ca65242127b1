package io.github.deadlinefilter;

/**
 * An {@link AdviceReport} as lines for a person: of each route its figures, what a shorter deadline
 * would have cut, and what is advised; then the setting {@code routes} as it could stand in
 * web.xml. Stateless.
 */
final class AdviceText {
  private AdviceText() {}

  static String of(AdviceReport report) {
    StringBuilder text = new StringBuilder();
    for (RouteFigures of : report.figures()) {
      text.append(route(of)).append('\n');
      WhatIf whatIf = of.whatIf();
      if (whatIf != null) {
        text.append("  what-if: ").append(whatIf.text()).append('\n');
      }
      for (Advice advice : report.about(of.route())) {
        text.append("  ")
            .append(advice.code().code())
            .append(": ")
            .append(advice.sentence())
            .append('\n');
      }
    }
    return text.append("\nThe parameter routes for web.xml:\n")
        .append(AdvisedRoutes.xml(report.routesText()))
        .append('\n')
        .toString();
  }

  private static String route(RouteFigures of) {
    Summary seen = of.summary();
    return of.route().name()
        + ": deadline "
        + RoundDeadlines.text(of.deadlineNanos())
        + ", "
        + seen.requests()
        + (seen.requests() == 1 ? " request" : " requests")
        + " in the last hour, "
        + Figure.percent(seen.expiredShare())
        + " expired, "
        + Figure.percent(seen.refusedShare())
        + " refused"
        + (seen.timed() == 0
            ? ""
            : ", p50 "
                + time(seen, 0.5)
                + ", p99 "
                + time(seen, 0.99)
                + ", p99.9 "
                + time(seen, 0.999));
  }

  private static String time(Summary seen, double quantile) {
    long nanos = seen.quantileNanos(quantile);
    return nanos == Summary.UNKNOWN
        ? "over " + Figure.time(seen.longestNanos())
        : Figure.time(nanos);
  }
}
