package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InterruptOutcomesTest {
  private final InterruptOutcomes outcomes = new InterruptOutcomes();

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
