package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  private static final ApproachQuery QUERY =
      new ApproachQuery(
          ApproachQuery.Slow.DB, new Delay(new BigDecimal("2.5"), RunName.NONE), BigDecimal.ONE);

  private final RunHistory runs = new RunHistory();

  @Test
  void none_isAnEmptyList() {
    assertTrue(runs.json().matches("\\{\"now\": [0-9]+, \"runs\": \\[\\s*]}\n"), runs.json());
  }

  @Test
  void runThatHasBegun_isThere_andToldWhatIsStillToCome() {
    Run run = runs.begin("thread", QUERY, "1");
    assertJson(
        "{\"id\": 1, \"approach\": \"thread\", \"slow\": \"db\", \"delay\": 2.5, \"timeout\": 1,"
            + " \"began\": #, \"answered\": null, \"free\": null}");
    run.answered();
    assertJson(
        "{\"id\": 1, \"approach\": \"thread\", \"slow\": \"db\", \"delay\": 2.5, \"timeout\": 1,"
            + " \"began\": #, \"answered\": #, \"free\": null}");
    run.free();
    assertJson("\"answered\": #, \"free\": #}");
  }

  @Test
  void approachWithoutLimit_hasNoTimeout() {
    runs.begin("baseline", QUERY, null);
    assertJson("\"timeout\": null,");
  }

  @Test
  void moreThanAreKept_theOldestAreForgotten_andIdsGoOn() {
    for (int i = 0; i < RunHistory.KEPT + 3; i++) {
      runs.begin("timer", QUERY, "1");
    }
    assertEquals(RunHistory.KEPT, runs.json().split("\"id\"", -1).length - 1);
    assertFalse(runs.json().contains("\"id\": 3,"));
    assertTrue(runs.json().contains("\"id\": 4,"));
    assertTrue(runs.json().contains("\"id\": 203,"));
  }

  /** With # for any time. */
  private void assertJson(String part) {
    String json = runs.json();
    String pattern = Pattern.quote(part).replace("#", "\\E[0-9]{13}\\Q");
    assertTrue(Pattern.compile(pattern).matcher(json).find(), json);
  }
}
