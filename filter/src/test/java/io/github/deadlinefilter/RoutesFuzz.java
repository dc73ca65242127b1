package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Fuzzes which rule a request gets: the one that {@link NaiveRoutes} finds too, wherever the
 * container splits the path. The input is lines {@code METHOD[,METHOD] PATTERN} or {@code PATTERN},
 * a line {@code -}, and lines {@code METHOD PATH}.
 */
final class RoutesFuzz {
  private static final Environment JAVA_21 = new Environment(Map.of(), Map.of(), true);
  private static final Pattern LINE = Pattern.compile("\n");
  private static final Pattern COMMA = Pattern.compile(",");
  private static final int MOST_LINES = 40;

  private RoutesFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws SettingsException {
    List<String> lines = List.of(LINE.split(new String(input, UTF_8), MOST_LINES));
    int middle = lines.indexOf("-");
    if (middle < 0) {
      return;
    }
    Routes routes = accepted(lines.subList(0, middle));
    Map<String, String> nameByRule = new LinkedHashMap<>();
    nameByRule.put("default", "default");
    for (Route route : routes.all()) {
      int space = route.name().indexOf(' ');
      if (space < 0) {
        nameByRule.put(route.name(), route.name());
      } else {
        for (String method : COMMA.split(route.name().substring(0, space), -1)) {
          nameByRule.put(method + route.name().substring(space), route.name());
        }
      }
    }
    List<String> rules = new ArrayList<>(nameByRule.keySet());
    rules.remove("default");
    for (String request : lines.subList(middle + 1, lines.size())) {
      int space = request.indexOf(' ');
      String method = request.substring(0, Math.max(space, 0));
      String path = request.substring(space + 1);
      if (!path.isEmpty() && !path.startsWith("/")) {
        continue; // no container gives such a path
      }
      String found = NaiveRoutes.match(rules, method, path.isEmpty() ? "/" : path);
      String expected = nameByRule.get(found);
      for (int split = 0; split <= path.length(); split++) {
        assertEquals(
            expected,
            routes.match(method, path.substring(0, split), path.substring(split)).name(),
            request);
      }
      assertEquals(expected, routes.match(method, path, null).name(), request);
    }
  }

  /** As many of the rules as can stand together. */
  private static Routes accepted(List<String> rules) throws SettingsException {
    StringBuilder text = new StringBuilder();
    Routes routes = routes("");
    for (String rule : rules) {
      try {
        routes = routes(text + rule + " = 1s");
        text.append(rule).append(" = 1s\n");
      } catch (SettingsException e) {
        Refusals.check(e, "routes line ");
      }
    }
    return routes;
  }

  private static Routes routes(String text) throws SettingsException {
    return Settings.of(Map.of("routes", text), JAVA_21).routes();
  }
}
