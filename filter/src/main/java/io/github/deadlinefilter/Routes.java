package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rules, and the route of requests that none of them names. Immutable, read from any thread.
 *
 * <p>Of the rules that match a request's method and path, the one with the best pattern holds: the
 * exact path, then the longest prefix ({@code /*} being the shortest), then the extension, then
 * {@code /}. Of two with the same pattern the one that names the method holds; {@link MethodRoutes}
 * says what that means for {@code HEAD}. The order of the rules does not matter.
 *
 * <p>Paths are compared as the container has decoded and normalised them for its own dispatch, case
 * and all, so that no spelling of a URL escapes its rule.
 */
final class Routes {
  private final List<RouteRule> rules;
  private final String text;
  private final List<Route> all;
  private final Route fallback;
  private final PathTable exact;
  private final PathTable prefixes;
  private final PathTable extensions;
  private final @Nullable MethodRoutes rest;

  private Routes(
      List<RouteRule> rules,
      String text,
      List<Route> all,
      Route fallback,
      Map<PathPattern.Kind, Map<String, MethodRoutes>> patterns) {
    this.rules = List.copyOf(rules);
    this.text = text;
    this.all = List.copyOf(all);
    this.fallback = fallback;
    this.exact = new PathTable(patterns.getOrDefault(PathPattern.Kind.EXACT, Map.of()));
    this.prefixes = new PathTable(patterns.getOrDefault(PathPattern.Kind.PREFIX, Map.of()));
    this.extensions = new PathTable(patterns.getOrDefault(PathPattern.Kind.EXTENSION, Map.of()));
    this.rest = patterns.getOrDefault(PathPattern.Kind.DEFAULT, Map.of()).get("");
  }

  /**
   * Refuses two rules for the same method and pattern.
   *
   * @param text that the rules come from
   */
  static Routes of(List<RouteRule> rules, Route fallback, String text) throws SettingsException {
    List<Route> all = new ArrayList<>();
    Map<PathPattern, List<RouteRule>> byPattern = new LinkedHashMap<>();
    for (RouteRule rule : rules) {
      all.add(rule.route());
      byPattern.computeIfAbsent(rule.pattern(), pattern -> new ArrayList<>()).add(rule);
    }
    all.add(fallback);
    Map<PathPattern.Kind, Map<String, MethodRoutes>> patterns =
        new EnumMap<>(PathPattern.Kind.class);
    for (Map.Entry<PathPattern, List<RouteRule>> same : byPattern.entrySet()) {
      patterns
          .computeIfAbsent(same.getKey().kind(), kind -> new LinkedHashMap<>())
          .put(same.getKey().key(), MethodRoutes.of(same.getValue()));
    }
    return new Routes(rules, text, all, fallback, patterns);
  }

  /** In the order of the text. */
  List<RouteRule> rules() {
    return rules;
  }

  /** The rules as they were given, with their comments; empty if there are none. */
  String text() {
    return text;
  }

  /** The route of each rule in the order of the text, then the one of all other requests. */
  Collection<Route> all() {
    return all;
  }

  /** The route for a request; allocates nothing. */
  Route match(String method, String servletPath, @Nullable String pathInfo) {
    String path = servletPath;
    String info = pathInfo == null ? "" : pathInfo;
    if (path.isEmpty() && info.isEmpty()) {
      path = "/"; // Containers differ in how they spell the context root.
    }
    int length = path.length() + info.length();
    Route best = null;
    int dot = -1;
    int hash = 0;
    for (int i = 0; i < length; i++) {
      char next = PathTable.charAt(path, info, i);
      if (next == '/') {
        // What is before a slash may be a prefix; a later one is longer, and better.
        best = orElse(route(prefixes.find(hash, path, info, 0, i), method), best);
        dot = -1;
      } else if (next == '.') {
        dot = i;
      }
      hash = PathTable.hash(hash, next);
    }
    Route found = route(exact.find(hash, path, info, 0, length), method);
    if (found == null) {
      found = orElse(route(prefixes.find(hash, path, info, 0, length), method), best);
    }
    if (found == null && dot >= 0) {
      found = route(extension(path, info, dot + 1, length), method);
    }
    if (found == null) {
      found = route(rest, method);
    }
    return found == null ? fallback : found;
  }

  private @Nullable MethodRoutes extension(String path, String info, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = PathTable.hash(hash, PathTable.charAt(path, info, i));
    }
    return extensions.find(hash, path, info, from, to);
  }

  private static @Nullable Route route(@Nullable MethodRoutes routes, String method) {
    return routes == null ? null : routes.match(method);
  }

  private static @Nullable Route orElse(@Nullable Route route, @Nullable Route other) {
    return route == null ? other : route;
  }
}
