package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AppliedLimitTest {
  @Test
  void outsideOfARequest_isNull() {
    assertNull(AppliedLimit.now());
  }

  @Test
  void remaining_isRoundedToTenths() {
    assertEquals("2.0", AppliedLimit.of(Duration.ofNanos(1_999_700_000)));
    assertEquals("0.5", AppliedLimit.of(Duration.ofMillis(451)));
  }
}
