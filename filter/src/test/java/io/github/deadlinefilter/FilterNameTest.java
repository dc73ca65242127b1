package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FilterNameTest {
  @Test
  void nameThatIsNewAtEachStart_isNotShown() {
    String type = DeadlineFilter.class.getName();
    assertEquals("deadline", FilterName.shown(type + "-4f2b8a1c"));
    assertEquals("deadline", FilterName.shown(type + "@4f2b8a1c"));
  }

  @Test
  void nameThatSomebodyGave_isShown() {
    assertEquals("shop", FilterName.shown("shop"));
    assertEquals(
        "My" + DeadlineFilter.class.getName(),
        FilterName.shown("My" + DeadlineFilter.class.getName()));
  }
}
