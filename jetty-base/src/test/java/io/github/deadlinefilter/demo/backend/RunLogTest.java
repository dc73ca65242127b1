package io.github.deadlinefilter.demo.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RunLogTest {
  private static final String RUN = "run-0123456789ab";

  private final RunLog runs = new RunLog();

  @Test
  void replyThatIsHeldBack_isStillToCome() {
    runs.begin(RUN).replied(System.currentTimeMillis() + 1_000_000);
    assertTold("\"until\": null, \"how\": null}");
  }

  @Test
  void firstEndCounts() {
    RunLog.Work work = runs.begin(RUN);
    work.replied(System.currentTimeMillis() + 1_000_000);
    work.left();
    work.replied(System.currentTimeMillis() + 1_000_000);
    assertTold("\"until\": #, \"how\": \"left\"}");
  }

  @Test
  void moreThanAreKept_theOldestAreForgotten() {
    for (int i = 0; i <= RunLog.KEPT; i++) {
      runs.begin("run-%012d".formatted(i));
    }
    assertEquals(RunLog.KEPT, runs.json(0).split("\"run\"", -1).length - 1);
    assertTrue(runs.json(0).contains("\"run-000000000001\""));
  }

  private void assertTold(String rest) {
    String json = runs.json(0);
    String pattern =
        "\\[\\{\"run\": \"" + RUN + "\", \"from\": [0-9]{13}, " + rest.replace("#", "[0-9]{13}");
    assertTrue(json.matches(pattern + "]"), json);
  }
}
