package io.github.deadlinefilter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of all rules with the same pattern, by method. Immutable, read from any thread without
 * allocation.
 *
 * <p>A rule that names a method beats one that names none. {@code HEAD} is answered by the code for
 * {@code GET} ({@code HttpServlet.doHead}) and takes as long, so a rule for {@code GET} covers it,
 * unless another rule of the same pattern names {@code HEAD}.
 */
final class MethodRoutes {
  private final String[] methods;
  private final Route[] routes;
  private final @Nullable Route anyMethod;

  private MethodRoutes(Map<String, Route> byMethod, @Nullable Route anyMethod) {
    this.methods = byMethod.keySet().toArray(new String[0]);
    this.routes = byMethod.values().toArray(new Route[0]);
    this.anyMethod = anyMethod;
  }

  /** Refuses two rules for the same method, and two for any method. */
  static MethodRoutes of(List<RouteRule> samePattern) throws SettingsException {
    Map<String, RouteRule> byMethod = new LinkedHashMap<>();
    RouteRule anyMethod = null;
    for (RouteRule rule : samePattern) {
      if (rule.methods().isEmpty()) {
        refuseSecond(rule, anyMethod);
        anyMethod = rule;
      }
      for (String method : rule.methods()) {
        refuseSecond(rule, byMethod.put(method, rule));
      }
    }
    RouteRule get = byMethod.get("GET");
    if (get != null) {
      byMethod.putIfAbsent("HEAD", get);
    }
    Map<String, Route> routes = new LinkedHashMap<>();
    byMethod.forEach((method, rule) -> routes.put(method, rule.route()));
    return new MethodRoutes(routes, anyMethod == null ? null : anyMethod.route());
  }

  private static void refuseSecond(RouteRule rule, @Nullable RouteRule earlier)
      throws SettingsException {
    if (earlier != null) {
      throw SettingsException.duplicateRule(rule.text(), earlier.text());
    }
  }

  @Nullable Route match(String method) {
    for (int i = 0; i < methods.length; i++) {
      if (methods[i].equals(method)) {
        return routes[i];
      }
    }
    return anyMethod;
  }
}
