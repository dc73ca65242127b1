package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final ManualTicker clock = new ManualTicker();
  private final RateLimit limit = new RateLimit(clock, Duration.ofMillis(50), 20);

  private int of(int tries) {
    int acquired = 0;
    for (int i = 0; i < tries; i++) {
      acquired += limit.tryAcquire() ? 1 : 0;
    }
    return acquired;
  }

  @Test
  void burst_isAllowedOnce_andThenOneAtATime() {
    assertEquals(20, of(1_000));
    clock.advance(Duration.ofMillis(49));
    assertEquals(0, of(1_000));
    clock.advance(Duration.ofMillis(1));
    assertEquals(1, of(1_000));
    clock.advance(Duration.ofMillis(100));
    assertEquals(2, of(1_000));
  }

  @Test
  void quietTime_isNotSavedUp() {
    clock.advance(Duration.ofHours(1));
    assertEquals(20, of(1_000));
  }
}
