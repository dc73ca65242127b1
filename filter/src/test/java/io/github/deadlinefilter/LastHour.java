package io.github.deadlinefilter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An hour of a filter with some rules, as a test wants it to have been. */
final class LastHour {
  private static final Environment JAVA_21 = new Environment(Map.of(), Map.of(), true);

  final Routes routes;
  private final Map<String, RouteHistory> histories = new LinkedHashMap<>();
  private final Map<String, Long> deadlines = new LinkedHashMap<>();

  /** With a default deadline of 30 s. */
  LastHour(String... rules) throws SettingsException {
    routes = routes(String.join("\n", rules));
    for (Route route : routes.all()) {
      RouteHistory history = new RouteHistory(new ManualTicker());
      history.asked();
      histories.put(route.name(), history);
      deadlines.put(route.name(), route.deadlineNanos());
    }
  }

  static Routes routes(String text) throws SettingsException {
    return Settings.of(Map.of("routes", text), JAVA_21).routes();
  }

  RouteHistory of(String route) {
    return Objects.requireNonNull(histories.get(route), route);
  }

  LastHour completed(String route, int number, long millis) {
    for (int i = 0; i < number; i++) {
      of(route).completed(millis * 1_000_000);
    }
    return this;
  }

  LastHour completedLate(String route, int number, long millis) {
    for (int i = 0; i < number; i++) {
      of(route).completedLate(millis * 1_000_000);
    }
    return this;
  }

  LastHour expired(String route, int number, long millis) {
    for (int i = 0; i < number; i++) {
      of(route).expired(millis * 1_000_000);
    }
    return this;
  }

  LastHour blamed(String route, int number, String what) {
    for (int i = 0; i < number; i++) {
      of(route).blamed(what);
    }
    return this;
  }

  /** As if no request had come. */
  LastHour unasked(String route) {
    histories.put(route, new RouteHistory(new ManualTicker()));
    return this;
  }

  /** As if somebody had given the route another deadline than its rule has. */
  LastHour effective(String route, long millis) {
    deadlines.put(route, millis * 1_000_000);
    return this;
  }

  AdviceReport report() {
    return AdviceReport.of(
        routes,
        routes.all().stream()
            .map(
                route ->
                    new RouteFigures(
                        route,
                        Objects.requireNonNull(deadlines.get(route.name())),
                        of(route.name()).lastHour()))
            .toList());
  }

  List<Advice> advice() {
    return report().advice();
  }

  /** Each piece as {@code code route}. */
  List<String> codes() {
    return advice().stream()
        .map(one -> one.code().code() + " " + one.figures().route().name())
        .toList();
  }

  /** The sentence of the only one with that code. */
  String sentence(Advice.Code code) {
    List<String> all =
        advice().stream().filter(one -> one.code() == code).map(Advice::sentence).toList();
    if (all.size() != 1) {
      throw new AssertionError(code + ": " + all);
    }
    return all.get(0);
  }
}
