package io.github.deadlinefilter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The last hour of all routes of a filter, and what follows from it, in the forms in which it is
 * read. Immutable; made when somebody asks.
 */
record AdviceReport(Routes routes, List<RouteFigures> figures, List<Advice> advice) {
  AdviceReport {
    figures = List.copyOf(figures);
    advice = List.copyOf(advice);
  }

  /**
   * @param figures of the routes, in the order in which they are shown
   */
  static AdviceReport of(Routes routes, List<RouteFigures> figures) {
    return new AdviceReport(routes, figures, Advisor.advise(routes, figures));
  }

  /** For programs; {@link AdviceJson} says what is in it. */
  String json() {
    return AdviceJson.of(this);
  }

  /** For a person, in lines. */
  String text() {
    return AdviceText.of(this);
  }

  /** The setting {@code routes} with the advised deadlines, as the product reads it. */
  String routesText() {
    Map<String, Advice> advised = new HashMap<>();
    for (Advice one : advice) {
      if (one.advisesDeadline()) {
        advised.put(one.figures().route().name(), one);
      }
    }
    return AdvisedRoutes.text(routes, advised);
  }

  /** Those about one route. */
  List<Advice> about(Route route) {
    return advice.stream()
        .filter(one -> one.figures().route().name().equals(route.name()))
        .toList();
  }
}
