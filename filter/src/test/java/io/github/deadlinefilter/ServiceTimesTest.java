package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ServiceTimesTest {
  private static final long DEADLINE = 1_000;

  private final ServiceTimes times = new ServiceTimes();

  private void add(int number, long nanos) {
    for (int i = 0; i < number; i++) {
      times.add(nanos, DEADLINE);
    }
  }

  @Test
  void fewerThanAMedianIsTakenOf_nothingIsTypical() {
    add(199, 500);
    assertEquals(0, times.typicalNanos());
    add(1, 500);
    assertEquals(500, times.typicalNanos());
  }

  @Test
  void median_isNotMovedByAFew_andFollowsMany() {
    add(200, 500);
    add(99, 900);
    add(1, 500);
    assertEquals(500, times.typicalNanos());
    add(20, 900);
    assertEquals(900, times.typicalNanos());
  }

  /** What was slow for a while must not refuse everything for as long again. */
  @Test
  void typicallyLate_andThreeInTimeInARow_nothingIsTypicalAnyMore() {
    add(200, 5_000);
    assertEquals(5_000, times.typicalNanos());
    add(2, 10);
    add(1, 5_000);
    add(2, 10);
    assertEquals(5_000, times.typicalNanos(), "not in a row");
    add(1, 10);
    assertEquals(0, times.typicalNanos());
    add(200, 20);
    assertEquals(20, times.typicalNanos());
  }
}
