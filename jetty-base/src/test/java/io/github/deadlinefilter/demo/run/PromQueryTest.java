package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQueryTest {
  @Test
  void functionsGroupsAndConditions_areFound() {
    var query =
        new PromQuery(
            "f(0.9, sum by (le, a) (rate(x_bucket{a=~\"$a\", b!=\"(}\"}[5m])))"
                + " / on (c) (0 * max(y) without (d) > 1 or z)");
    assertEquals(Set.of("le", "a", "c", "d"), query.groups());
    assertEquals(
        List.of(
            new PromQuery.Selector(
                "x_bucket",
                List.of(
                    new PromQuery.Condition("a", "=~", "$a"),
                    new PromQuery.Condition("b", "!=", "(}")),
                "5m",
                List.of("rate", "sum", "f")),
            new PromQuery.Selector("y", List.of(), "", List.of("max")),
            new PromQuery.Selector("z", List.of(), "", List.of())),
        query.selectors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sum(x", "x{a=", "sum by x", "x # y", "rate(x[5m)"})
  void whatIsNotUnderstood_isAnError(String text) {
    assertThrows(AssertionError.class, () -> new PromQuery(text));
  }
}
