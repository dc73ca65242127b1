package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a route knows of its requests: how long they take, and how fast stuck ones leave. */
class BulkheadTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int SAMPLES = 200;

  private final ManualTicker ticker = new ManualTicker();
  private final Clockwork clockwork = new ManualClockwork(ticker, Runnable::run);
  private final Bulkhead bulkhead;

  BulkheadTest() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of("routes", "/job = 1h shed=doomed"),
            new Environment(Map.of(), Map.of(), /* virtualThreads= */ false));
    bulkhead = new Bulkhead(settings.routes().match("GET", "/job", /* pathInfo= */ null), ticker);
  }

  private RequestDeadline of(Duration left) {
    return new RequestDeadline(clockwork, "/job", left.toNanos());
  }

  @Test
  void lessTimeLeftThanTypical_isDoomed_whateverTheRouteHas() {
    for (int i = 0; i < SAMPLES; i++) {
      RequestDeadline deadline = of(LONG);
      long begin = bulkhead.now();
      ticker.advance(Duration.ofSeconds(2));
      bulkhead.served(begin, deadline);
    }
    assertTrue(bulkhead.isDoomed(of(Duration.ofMillis(1_999))));
    assertFalse(bulkhead.isDoomed(of(Duration.ofSeconds(2))));
    RequestDeadline waited = of(Duration.ofSeconds(3));
    assertFalse(bulkhead.isDoomed(waited));
    ticker.advance(Duration.ofMillis(1_001));
    assertTrue(bulkhead.isDoomed(waited), "by now");
  }

  @Test
  void retryAfter_followsThePaceAtWhichStuckWorkersLeave() {
    for (int i = 0; i < 4; i++) {
      bulkhead.stuckOne();
    }
    long oldest = Duration.ofSeconds(40).toNanos();
    assertEquals(40, bulkhead.retryAfterSeconds(1, oldest), "none has left");
    ticker.advance(Duration.ofSeconds(10));
    bulkhead.unstuckOne();
    bulkhead.unstuckOne();
    assertEquals(2, bulkhead.stuck());
    assertEquals(20, bulkhead.retryAfterSeconds(1, oldest), "two in 40 seconds");
    assertEquals(40, bulkhead.retryAfterSeconds(2, oldest));
  }
}
