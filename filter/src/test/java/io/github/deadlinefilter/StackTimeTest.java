package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Stacks tell why a request was slow, and are not to be why it is. */
class StackTimeTest {
  private final ManualTicker ticker = new ManualTicker();
  private final StackTime time = new StackTime(ticker);

  private @Nullable String take(Duration taking) {
    return time.take(
        () -> {
          ticker.advance(taking);
          return "stack";
        });
  }

  private void assertNoneFor(Duration rest) {
    ticker.advance(rest.minusMillis(20));
    assertNull(take(Duration.ZERO));
    ticker.advance(Duration.ofMillis(40));
    assertEquals("stack", take(Duration.ZERO));
  }

  @Test
  void quick_oneAfterTheOther() {
    for (int i = 0; i < 100; i++) {
      assertEquals("stack", take(Duration.ofNanos(200_000)));
    }
  }

  /** Of 500 ms the debt of 400 has to be made up for. */
  @Test
  void slow_aTwentiethOfTheTime() {
    assertEquals("stack", take(Duration.ofMillis(500)));
    assertNull(take(Duration.ZERO));
    assertNoneFor(Duration.ofSeconds(8));
  }

  /** The JVM stops once for them. */
  @Test
  void sideBySide_countOnce() {
    time.take(() -> take(Duration.ofMillis(500)));
    assertNoneFor(Duration.ofSeconds(8));
  }

  /** As where the JVM itself was stopped meanwhile. */
  @Test
  void tookForEver_nobodyIsWithoutForLong() {
    take(Duration.ofHours(1));
    assertNoneFor(Duration.ofSeconds(20));
  }

  @Test
  void somebodyIsAtItForLong_theNextDoesNotWaitBehind() {
    time.take(
        () -> {
          assertEquals("stack", take(Duration.ZERO), "not for long yet");
          ticker.advance(Duration.ofMillis(3));
          assertNull(take(Duration.ZERO));
          return "stack";
        });
    assertEquals("stack", take(Duration.ZERO));
  }

  @Test
  void failed_itsTimeCountsAndTheNextMay() {
    assertThrows(
        OutOfMemoryError.class,
        () ->
            time.take(
                () -> {
                  ticker.advance(Duration.ofMillis(3));
                  throw new OutOfMemoryError("on purpose");
                }));
    assertEquals("stack", take(Duration.ZERO));
  }
}
