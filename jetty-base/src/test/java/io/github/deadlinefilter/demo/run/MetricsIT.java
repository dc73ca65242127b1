package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code /metrics} of the running demo exports when requests have been in time, late and
 * refused, and whether that is what the dashboard asks for.
 */
@Timeout(120)
class MetricsIT {
  private static final String TOKEN = "t0ken";
  private static final Set<String> RATES = Set.of("rate", "increase");
  private static final Pattern IN_LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static Dashboard dashboard;
  private static RunningDemo demo;
  private static Exposition exported;

  @BeforeAll
  static void start() throws Exception {
    dashboard = readDashboard();
    var environment =
        Map.of("PORT", "0", "DEMO_METRICS_TOKEN", TOKEN, "DEADLINE_FILTER_MAX_STUCK", "1");
    demo = new RunningDemo(RunningDemo.launch(environment));
    Experiment.await(() -> get("/http").statusCode() == 200); // the first of all takes long
    assertEquals(503, get("/cpu?delay=8").statusCode()); // late, and its worker is deaf
    Experiment.await(() -> figures().sum("deadline_stuck") == 1);
    assertEquals(503, get("/cpu").statusCode()); // refused, as long as that worker is inside
    Experiment.await(() -> figures().has("deadline_overrun_seconds_count"));
    exported = figures();
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  private static Dashboard readDashboard() throws IOException {
    Path base = Path.of(System.getProperty("jetty.base"));
    return Dashboard.read(base.resolveSibling("demo-webapp/src/main/grafana/deadline-filter.json"));
  }

  private static Stream<Dashboard.Query> queries() throws IOException {
    return readDashboard().queries();
  }

  @Test
  void eachOutcome_isExported_andReadingIsNone() {
    String requests = "deadline_requests_seconds_count";
    assertEquals(Set.of("completed", "expired", "refused"), exported.values(requests, "outcome"));
    assertEquals(Set.of("none", "expired", "stuck"), exported.values(requests, "reason"));
    assertEquals(exported.sum(requests), figures().sum(requests));
  }

  @Test
  void figures_areInTheTextFormat_andNotKept() {
    HttpResponse<String> answer = get("/metrics", "Bearer " + TOKEN);
    String type = answer.headers().firstValue("Content-Type").orElse("");
    assertTrue(type.matches("(?i)text/plain; ?version=0\\.0\\.4; ?charset=utf-8"), type);
    assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer token", "Basic t0ken"})
  void withoutTheToken_evenThisMachine_is401_andToldHow(String authorization) {
    HttpResponse<String> answer =
        authorization.isEmpty() ? get("/metrics") : get("/metrics", authorization);
    assertEquals(401, answer.statusCode());
    assertEquals(
        "Bearer realm=\"metrics\"", answer.headers().firstValue("WWW-Authenticate").orElse(""));
    assertTrue(answer.body().contains("Authorization: Bearer TOKEN"), answer.body());
    assertFalse(answer.body().contains("deadline_"), answer.body());
  }

  @ParameterizedTest
  @MethodSource("queries")
  void query_asksForWhatIsExported_inAWayThatItsTypeAllows(Dashboard.Query query) {
    var asked = new PromQuery(query.expression());
    assertFalse(asked.selectors().isEmpty());
    for (PromQuery.Selector selector : asked.selectors()) {
      assertExported(selector, asked.groups());
      assertTypeAllows(selector, asked.groups(), query.format().equals("heatmap"));
    }
    Set<String> inLegend =
        IN_LEGEND
            .matcher(query.legend())
            .results()
            .map(label -> label.group(1))
            .collect(Collectors.toSet());
    assertTrue(asked.groups().containsAll(inLegend), () -> "no such label: " + query.legend());
  }

  private static void assertExported(PromQuery.Selector selector, Set<String> groups) {
    String name = selector.name();
    assertTrue(exported.has(name), () -> name + " is not exported");
    Set<String> labels = new HashSet<>(groups);
    selector.conditions().forEach(condition -> labels.add(condition.label()));
    labels.removeAll(exported.labels(name));
    assertEquals(Set.of(), labels, () -> "labels that " + name + " does not have");
    for (PromQuery.Condition condition : selector.conditions()) {
      Set<String> accepted =
          condition.operator().equals("=~")
              ? dashboard.variables().stream()
                  .map(variable -> "$" + variable.name())
                  .collect(Collectors.toSet())
              : exported.values(name, condition.label());
      assertTrue(accepted.contains(condition.value()), condition::toString);
    }
  }

  private static void assertTypeAllows(
      PromQuery.Selector selector, Set<String> groups, boolean heatmap) {
    List<String> functions = selector.functions();
    boolean rate = !functions.isEmpty() && RATES.contains(functions.get(0));
    assertEquals(
        exported.isCumulative(selector.name()),
        rate,
        () -> "a rate is of what only grows, and of nothing else: " + selector);
    assertEquals(rate ? "$__rate_interval" : "", selector.range(), selector::toString);
    boolean buckets = selector.name().endsWith("_bucket");
    assertEquals(buckets, groups.contains("le"), () -> "le is of buckets: " + selector);
    assertEquals(
        buckets,
        heatmap || functions.contains("histogram_quantile"),
        () -> "buckets are for a quantile or a heatmap: " + selector);
  }

  @Test
  void everyMetric_isInAPanel() {
    assertEquals(
        exported.metrics(),
        dashboard
            .queries()
            .flatMap(query -> new PromQuery(query.expression()).selectors().stream())
            .map(selector -> exported.metric(selector.name()))
            .collect(Collectors.toSet()));
  }

  @Test
  void variables_takeTheirValues_fromWhatIsThereFromTheBeginning() {
    assertEquals(
        List.of("context", "filter", "route"),
        dashboard.variables().stream().map(Dashboard.Variable::name).toList());
    for (Dashboard.Variable variable : dashboard.variables()) {
      MatchResult values =
          LABEL_VALUES.matcher(variable.query()).results().findFirst().orElseThrow();
      PromQuery.Selector selector = new PromQuery(values.group(1)).selectors().get(0);
      assertExported(selector, Set.of(variable.name()));
      assertEquals(variable.name(), values.group(2));
      assertFalse(exported.isCumulative(selector.name()), selector::toString);
    }
  }

  @Test
  void everyPanel_hasATitleAndAUnit_andTheDataSourceThatTheImportAsksFor() {
    for (Dashboard.Panel panel : dashboard.panels()) {
      assertFalse(panel.title().isBlank() || panel.unit().isBlank(), panel::toString);
    }
    assertEquals(
        Set.of(Map.of("type", "prometheus", "uid", "${DS_PROMETHEUS}")),
        Set.copyOf(dashboard.dataSources()));
    assertTrue(
        dashboard.inputs().toString().contains("name=DS_PROMETHEUS"),
        () -> dashboard.inputs().toString());
  }

  private static Exposition figures() {
    HttpResponse<String> answer = get("/metrics", "Bearer " + TOKEN);
    assertEquals(200, answer.statusCode(), answer.body());
    return new Exposition(answer.body());
  }

  private static HttpResponse<String> get(String path, String authorization) {
    return send(request(path).header("Authorization", authorization));
  }

  private static HttpResponse<String> get(String path) {
    return send(request(path));
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(demo.url() + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    return CLIENT
        .sendAsync(request.build(), BodyHandlers.ofString())
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }
}
