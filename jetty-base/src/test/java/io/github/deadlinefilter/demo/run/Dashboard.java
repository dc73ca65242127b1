package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.jetty.util.ajax.JSON;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard for Grafana that comes with the demo, as its file has it. Immutable.
 *
 * @param inputs what Grafana asks for at the import
 * @param dataSources where each of its parts takes its data from
 */
record Dashboard(
    List<Object> inputs, List<Object> dataSources, List<Variable> variables, List<Panel> panels) {

  /** What is chosen above the panels. */
  record Variable(String name, String query) {}

  /** One graph. */
  record Panel(String title, String unit, List<Query> queries) {}

  /**
   * What a graph asks Prometheus for.
   *
   * @param legend names a line, by the labels in {@code {{}}}
   */
  record Query(String panel, String expression, String legend, String format) {}

  static Dashboard read(Path file) throws IOException {
    Object json = new JSON().fromJSON(Files.readString(file));
    var dataSources = new ArrayList<Object>();
    collect("datasource", json, dataSources);
    return new Dashboard(
        each(json, "__inputs").toList(),
        dataSources,
        each(json, "templating", "list").map(Dashboard::variable).toList(),
        each(json, "panels").map(Dashboard::panel).toList());
  }

  Stream<Query> queries() {
    return panels.stream().flatMap(panel -> panel.queries().stream());
  }

  private static Variable variable(Object json) {
    return new Variable(text(json, "name"), text(json, "query", "query"));
  }

  private static Panel panel(Object json) {
    String title = text(json, "title");
    Object ofHeatmap = find(json, "options", "yAxis", "unit");
    return new Panel(
        title,
        ofHeatmap == null ? text(json, "fieldConfig", "defaults", "unit") : ofHeatmap.toString(),
        each(json, "targets")
            .map(
                target ->
                    new Query(
                        title,
                        text(target, "expr"),
                        text(target, "legendFormat"),
                        text(target, "format")))
            .toList());
  }

  private static void collect(String key, @Nullable Object json, List<Object> found) {
    if (json instanceof Map<?, ?> map) {
      Object value = map.get(key);
      if (value != null) {
        found.add(value);
      }
      map.values().forEach(part -> collect(key, part, found));
    } else if (json instanceof Object[] list) {
      for (Object part : list) {
        collect(key, part, found);
      }
    }
  }

  private static String text(Object json, String... path) {
    return get(json, path).toString();
  }

  private static Stream<Object> each(Object json, String... path) {
    return Stream.of((Object[]) get(json, path));
  }

  private static Object get(Object json, String... path) {
    return Objects.requireNonNull(
        find(json, path), () -> String.join(".", path) + " is missing in " + json);
  }

  private static @Nullable Object find(Object json, String... path) {
    Object here = json;
    for (String key : path) {
      here = here instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return here;
  }
}
