package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptOutcomesTest {
  private final InterruptOutcomes outcomes = new InterruptOutcomes();

  @Test
  void place_isTheInnermostLineThatIsNotOfTheJdk() {
    List<StackTraceElement> stack =
        List.of(
            new StackTraceElement("java.lang.Object", "wait", "Object.java", -2),
            new StackTraceElement("sun.nio.ch.Net", "poll", "Net.java", -2),
            new StackTraceElement("com.example.Report", "read", "Report.java", 37),
            new StackTraceElement("com.example.Servlet", "doGet", "Servlet.java", 5));
    assertEquals("com.example.Report.read(Report.java:37)", InterruptOutcomes.place(stack));
    assertNull(InterruptOutcomes.place(stack.subList(0, 2)));
    assertNull(InterruptOutcomes.place(List.of()));
  }

  @Test
  void outcomes_areCountedByPlace() {
    outcomes.ignored("a", 1);
    outcomes.heeded("a");
    outcomes.heeded("b");
    assertEquals("at=\"a\" ignored=2 of=3", outcomes.ignored("a", 1).toString());
    assertEquals(2, outcomes.list().size());
  }

  @Test
  void places_moreThanAreKept_countAsOne() {
    for (int i = 0; i < 2_000; i++) {
      outcomes.ignored("place " + i, 1);
    }
    assertTrue(outcomes.list().size() <= 1_001, () -> "" + outcomes.list().size());
    assertEquals(
        "at=\"elsewhere\" ignored=1001 of=1001", outcomes.ignored("one more", 1).toString());
    assertEquals("at=\"place 7\" ignored=2 of=2", outcomes.ignored("place 7", 1).toString());
  }
}
