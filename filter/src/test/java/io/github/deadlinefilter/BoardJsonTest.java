package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the board is told of the last hour. */
class BoardJsonTest {
  @Test
  void rulesToCopy_areThoseForWebXml() throws SettingsException {
    Map<?, ?> advice = advice(new LastHour("/a&b = 2s # <slow>"));
    assertEquals("/a&amp;b = 2s # &lt;slow&gt;", advice.get("rules"));
  }

  @Test
  void advice_namesTheDeadlineThatItAdvises_andWhatThatWouldHaveCut() throws SettingsException {
    LastHour hour = new LastHour("/a = 20s", "/b = 2s");
    hour.completed("/a", 9_997, 50).completed("/a", 3, 5_000);
    hour.completed("/b", 90, 1_500).expired("/b", 30, 2_000);
    List<?> pieces = (List<?>) Objects.requireNonNull(advice(hour).get("pieces"));
    Map<?, ?> shorter = (Map<?, ?>) pieces.get(0);
    assertEquals("could-be-shorter", shorter.get("code"));
    assertEquals(new BigDecimal("200"), shorter.get("advised"));
    assertEquals(new BigDecimal("0.0003"), shorter.get("advisedCut"));
    Map<?, ?> cuts = (Map<?, ?>) pieces.get(1);
    assertEquals("cuts-many", cuts.get("code"));
    assertNull(cuts.get("advised"));
    assertNull(cuts.get("advisedCut"));
  }

  @Test
  void route_saysWhatAShorterDeadlineWouldHaveCut() throws SettingsException {
    LastHour hour = new LastHour("/a = 20s", "/b = 2s");
    hour.completed("/a", 9_997, 50).completed("/a", 3, 5_000);
    List<?> routes = (List<?>) Objects.requireNonNull(Json.read(BoardJson.routes(hour.report())));
    Map<?, ?> asked = (Map<?, ?>) routes.get(0);
    assertEquals(new BigDecimal("100"), asked.get("whatIf"));
    assertEquals(new BigDecimal("0.0003"), asked.get("whatIfCut"));
    Map<?, ?> unasked = (Map<?, ?>) routes.get(1);
    assertNull(unasked.get("whatIf"));
    assertNull(unasked.get("whatIfCut"));
  }

  private static Map<?, ?> advice(LastHour hour) {
    return (Map<?, ?>) Objects.requireNonNull(Json.read(BoardJson.advice(hour.report())));
  }
}
