package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How figures and advice are shown. */
class AdviceReportTest {
  private static final String REPORTS = "GET /reports/*";

  private static LastHour hour() throws SettingsException {
    LastHour hour = new LastHour("GET /reports/* = 20s max=8", "/b = 2s", "/new = 2s");
    hour.completed(REPORTS, 9_000, 50).completed(REPORTS, 997, 100).completed(REPORTS, 3, 5_000);
    hour.completed("/b", 90, 1_500).expired("/b", 30, 2_000);
    for (int i = 0; i < 30; i++) {
      hour.of("/b").refused();
    }
    hour.blamed("/b", 20, "sql SELECT * FROM orders WHERE id = ?");
    hour.unasked("/new");
    return hour;
  }

  @Test
  void person_readsLines_andATextToPaste() throws SettingsException {
    assertEquals(
        """
        GET /reports/*: deadline 20s, 10000 requests in the last hour, 0 % expired, 0 % refused,\
         p50 50.3ms, p99 101ms, p99.9 101ms
          what-if: at 200ms it would have cut 0.03 % of the answers of the last hour
          could-be-shorter: Its deadline of 20s is more than ten times what 99.9 % of its 10000\
         requests took (101ms): at 300ms it would have cut 0.03 % of the answers of the last hour.
        /b: deadline 2s, 150 requests in the last hour, 20 % expired, 20 % refused, p50 1.54s,\
         p99 over 2s, p99.9 over 2s
          what-if: at 1s it would have cut 100 % of the answers of the last hour
          cuts-many: 20 % of its requests of the last hour (30 of 150) took longer than their\
         deadline of 2s. How long they would have taken is not known, for they were ended: give\
         them a longer one for an hour, or mode=observe, and look here again.
          one-dependency: Slow because of sql SELECT * FROM orders WHERE id = ?: that is 100 % of\
         the 20 times that the cause is known.
        /new: deadline 2s, 0 requests in the last hour, 0 % expired, 0 % refused
          never-asked: No request has matched this rule since the filter was deployed.
        default: deadline 30s, 0 requests in the last hour, 0 % expired, 0 % refused

        The parameter routes for web.xml:
        GET /reports/* = 300ms max=8 # was 20s
        /b = 2s
        /new = 2s
        """,
        hour().report().text());
  }

  /** But for the rule that nobody has asked, of which it has no example. */
  @Test
  void readme_hasThisForAnExample() throws Exception {
    String readme =
        Files.readString(Path.of(System.getProperty("basedir", "."), "..", "README.md"));
    for (String line : hour().report().text().split("\n", -1)) {
      boolean unasked = line.contains("/new") || line.contains("default") || line.contains("never");
      assertTrue(unasked || readme.contains(line + "\n"), line);
    }
  }

  @Test
  void program_readsJson_withStableKeys() throws SettingsException {
    Map<?, ?> document = map(Json.read(hour().report().json()));
    assertEquals("[routes, advice, rules]", document.keySet().toString());

    List<?> routes = list(document.get("routes"));
    assertEquals(4, routes.size());
    assertEquals(
        "{route=GET /reports/*, deadline=20000, requests=10000, expired=0, expiredShare=0,"
            + " refused=0, refusedShare=0, p50=50.332, p99=100.663, p999=100.663, longest=5000,"
            + " everAsked=true, blamed=0, mostBlamed=null, mostBlamedShare=0, whatIf=200,"
            + " whatIfCut=0.0003}",
        String.valueOf(routes.get(0)));
    assertEquals(
        "{route=/b, deadline=2000, requests=150, expired=30, expiredShare=0.2, refused=30,"
            + " refusedShare=0.2, p50=1543.504, p99=null, p999=null, longest=2000, everAsked=true,"
            + " blamed=20, mostBlamed=sql SELECT * FROM orders WHERE id = ?, mostBlamedShare=1,"
            + " whatIf=1000, whatIfCut=1}",
        String.valueOf(routes.get(1)));
    assertEquals(
        "{route=/new, deadline=2000, requests=0, expired=0, expiredShare=0, refused=0,"
            + " refusedShare=0, p50=null, p99=null, p999=null, longest=null, everAsked=false,"
            + " blamed=0, mostBlamed=null, mostBlamedShare=0, whatIf=null, whatIfCut=null}",
        String.valueOf(routes.get(2)));

    List<?> advice = list(document.get("advice"));
    assertEquals(4, advice.size());
    Map<?, ?> shorter = map(advice.get(0));
    assertEquals("[code, route, text, deadline, advised, advisedCut]", shorter.keySet().toString());
    assertEquals("could-be-shorter", shorter.get("code"));
    assertEquals(REPORTS, shorter.get("route"));
    assertEquals(new BigDecimal("300"), shorter.get("advised"));
    assertEquals(new BigDecimal("0.0003"), shorter.get("advisedCut"));
    assertTrue(String.valueOf(shorter.get("text")).endsWith(" of the answers of the last hour."));
    Map<?, ?> cuts = map(advice.get(1));
    assertEquals("cuts-many", cuts.get("code"));
    assertEquals(new BigDecimal("2000"), cuts.get("deadline"));
    assertNull(cuts.get("advised"));
    assertNull(cuts.get("advisedCut"));

    assertEquals(
        "GET /reports/* = 300ms max=8 # was 20s\n/b = 2s\n/new = 2s", document.get("rules"));
  }

  @Test
  void namesHaveQuotesAndControls_jsonIsEscaped() throws SettingsException {
    String name = "/a\"b\\c\u0001\u00e4</script>";
    LastHour hour = new LastHour(name + " = 2s # \"\\\u0002");
    hour.blamed(name, 10, "sql \"x\\\n");
    Map<?, ?> document = map(Json.read(hour.report().json()));
    Map<?, ?> route = map(list(document.get("routes")).get(0));
    assertEquals(name, route.get("route"));
    assertEquals("sql 'x\\ ", route.get("mostBlamed"));
    assertEquals(name + " = 2s # \"\\\u0002", document.get("rules"));
  }

  @Test
  void rulesHaveMarkup_personGetsWhatAnXmlFileNeeds_andAProgramTheTextItself()
      throws SettingsException {
    AdviceReport report = new LastHour("/a&b = 2s # <slow>").report();
    assertTrue(report.text().endsWith("\n/a&amp;b = 2s # &lt;slow&gt;\n"), report.text());
    assertEquals("/a&b = 2s # <slow>", map(Json.read(report.json())).get("rules"));
  }

  @Test
  void serverHasForeignDigits_figuresAreAscii() throws SettingsException {
    AdviceReport report = hour().report();
    String json = report.json();
    String text = report.text();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertEquals(json, hour().report().json());
      assertEquals(text, hour().report().text());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void figures_areShort_andWithoutExponent() {
    assertEquals("12.3us", Figure.time(12_345));
    assertEquals("0us", Figure.time(0));
    assertEquals("1ms", Figure.time(999_999));
    assertEquals("65.5ms", Figure.time(65_536_000));
    assertEquals("1s", Figure.time(999_999_999));
    assertEquals("3600s", Figure.time(3_600_000_000_000L));
    assertEquals("0 %", Figure.percent(0));
    assertEquals("100 %", Figure.percent(1));
    assertEquals("0.0000001 %", Figure.percent(1e-9));
    assertEquals("33.3 %", Figure.percent(1 / 3.0));
    assertEquals("0.333333", Figure.number(1 / 3.0));
    assertEquals("0.000000001", Figure.number(1e-9));
    assertEquals("0.001", Figure.millis(1_000));
    assertEquals("3600000", Figure.millis(3_600_000_000_000L));
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }

  private static List<?> list(@Nullable Object value) {
    return (List<?>) Objects.requireNonNull(value);
  }
}
