package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text that is pasted into web.xml: the same rules but for what is advised. */
class AdvisedRoutesTest {
  private static final Environment JAVA_21 = new Environment(Map.of(), Map.of(), true);
  private static final String REPORTS = "GET /reports/*";

  /** Advice of 500ms for all that is named, whatever it has now. */
  private static String advised(Routes routes, String... names) {
    List<Advice> advice = new ArrayList<>();
    Summary summary = new RouteHistory(new ManualTicker()).lastHour();
    for (Route route : routes.all()) {
      if (List.of(names).contains(route.name())) {
        RouteFigures figures = new RouteFigures(route, route.deadlineNanos(), summary);
        advice.add(new Advice(Advice.Code.COULD_BE_SHORTER, figures, "Do.", 500_000_000, 0));
      }
    }
    return new AdviceReport(routes, List.of(), advice).routesText();
  }

  private static void assertAdvised(String expected, String given, String... names)
      throws SettingsException {
    assertEquals(expected, advised(LastHour.routes(given), names));
  }

  private static Route withDeadline(Route route, long nanos) {
    return new Route(
        route.name(),
        nanos,
        route.onExpiry(),
        route.graceNanos(),
        route.status(),
        route.retryAfterSeconds(),
        route.until(),
        route.idleNanos(),
        route.serverTiming(),
        route.limits());
  }

  @Test
  void deadlineIsReplaced_commentsAndLayoutStay_andOtherLinesToo() throws SettingsException {
    assertAdvised(
        """

            # all of it is slow
            GET  /reports/* = 500ms max=8 # was 20s  # see the ticket
            POST /checkout  = none

                 /events    = 30s until=commit  idle=1m   # streams""",
        """

            # all of it is slow
            GET  /reports/* = 20s max=8  # see the ticket
            POST /checkout  = none

                 /events    = 30s until=commit  idle=1m   # streams""",
        REPORTS);
  }

  @Test
  void ruleIsIndented_itStaysSo() throws SettingsException {
    assertAdvised("\n\t /a =  500ms # was 5s \n", "\n\t /a =  5s \n", "/a");
  }

  @Test
  void nothingAdvised_textIsAsItWas() throws SettingsException {
    assertAdvised("", "");
    assertAdvised("\n  /a=5s\t# x\n\n", "\n  /a=5s\t# x\n\n");
  }

  @Test
  void textHasTheAdvisedDeadlineAlready_lineStays() throws SettingsException {
    assertAdvised("/a = 0.5s\n/b = 500ms # was 1s", "/a = 0.5s\n/b = 1s", "/a", "/b");
  }

  @Test
  void defaultDeadline_isNoRule_andSaidInAComment() throws SettingsException {
    assertAdvised(
        "# the parameter deadline, which is not a rule, could be 500ms # was 30s\n/a = 5s",
        "/a = 5s",
        "default");
  }

  /** Every key, and every way to write a rule. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a = 30s",
        "/a=30s",
        "/a= 30s",
        "/a =30s",
        "\t/a\t=\tPT30S\t",
        "/a = 30s max=8 queue=20 maxStuck=4 shed=doomed",
        "/a = 30s onExpiry=abandon grace=10ms status=504 retryAfter=10s",
        "/a=30s until=commit idle=1m",
        "/a = 30s onExpiry=cooperate retryAfter=none idle=none until=commit # was 5s",
        "GET , POST  /a = 1.5m   max=3",
        "GET,POST /a=b = 30s grace=0ms",
        "/a=b=30s = 30s",
        "/a#b = 30s #",
        "/30s = 30s queue=30 max=30",
        "*.30s = 30s",
        "\"\" = 30s",
        "/ = 30s",
        "/* = 30s",
        "/a/30s/* = 30s",
        "/a&b<c>\"d' = 30s",
        "  /a = 30s\r\n/b = 1s\r\n# = 30s",
        "/a = none",
        "/\u00e4 = 30s # \u00fc"
      })
  void text_isReadAgain_rulesAreTheSameButForTheDeadline(String given) throws Exception {
    Routes before = LastHour.routes("# first\n\n" + given + "\n/other = 7s max=2 # kept");
    String name = before.rules().get(0).route().name();

    String text = advised(before, name, "default");

    Routes after = LastHour.routes(text);
    List<Route> expected = new ArrayList<>(before.all());
    expected.set(0, withDeadline(expected.get(0), 500_000_000));
    assertEquals(expected, List.copyOf(after.all()));
    assertEquals(
        before.rules().stream().map(RouteRule::methods).toList(),
        after.rules().stream().map(RouteRule::methods).toList());
    assertEquals(
        before.rules().stream().map(RouteRule::pattern).toList(),
        after.rules().stream().map(RouteRule::pattern).toList());
    String inWebXml = "<param-value>" + AdvisedRoutes.xml(text) + "</param-value>";
    assertEquals(
        text,
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(inWebXml.getBytes(UTF_8)))
            .getDocumentElement()
            .getTextContent());
  }

  /** A setting of the filter, of which the rules are silent, does not get into them. */
  @Test
  void rulesTakeLimitsFromTheFilter_textHasNoneOfThem() throws SettingsException {
    Routes routes =
        Settings.of(
                Map.of("routes", "/a = 30s", "grace", "1s", "status", "504", "retryAfter", "7s"),
                JAVA_21)
            .routes();
    assertEquals("/a = 500ms # was 30s", advised(routes, "/a"));
  }
}
