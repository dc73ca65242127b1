package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaveRateTest {
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

  private final ManualTicker ticker = new ManualTicker();
  private final LeaveRate rate = new LeaveRate(ticker);

  private static long seconds(long number) {
    return TimeUnit.SECONDS.toNanos(number);
  }

  @Test
  void noneHasLeft_asLongAgainAsItHasGoneOn() {
    assertEquals(seconds(7), rate.nanosFor(1, seconds(7)));
    assertEquals(LONGEST, rate.nanosFor(1, seconds(7_000)));
    assertEquals(1, rate.nanosFor(1, 0));
  }

  @Test
  void oneEachTwoSeconds_asLongAsThatTakesForSoMany() {
    for (int i = 0; i < 10; i++) {
      rate.add();
      ticker.advance(Duration.ofSeconds(2));
    }
    assertEquals(seconds(2), rate.nanosFor(1, seconds(10)));
    assertEquals(seconds(20), rate.nanosFor(10, seconds(10)));
    assertEquals(LONGEST, rate.nanosFor(1_000, seconds(10)));
  }

  @Test
  void oneHasJustLeft_ofThoseThatHaveBeenInForLong_saysLittle() {
    rate.add();
    ticker.advance(Duration.ofMillis(10));
    assertEquals(seconds(30), rate.nanosFor(1, seconds(30)));
    rate.add();
    assertEquals(seconds(15), rate.nanosFor(1, seconds(30)));
    assertEquals(seconds(30), rate.nanosFor(1, seconds(3_000)), "two in the last minute");
  }

  @Test
  void whatIsLongAgo_saysNothing() {
    rate.add();
    ticker.advance(Duration.ofSeconds(61));
    assertEquals(seconds(5), rate.nanosFor(3, seconds(5)));
  }

  @Test
  void moreThanAreRemembered_theLastOnesCount() {
    for (int i = 0; i < 200; i++) {
      rate.add();
      ticker.advance(Duration.ofMillis(100));
    }
    assertEquals(seconds(1), rate.nanosFor(10, seconds(1_000)));
  }
}
