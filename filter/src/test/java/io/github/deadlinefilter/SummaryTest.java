package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {
  private static final long MILLI = 1_000_000;
  private static final double[] QUANTILES = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};

  private final ManualTicker clock = new ManualTicker();
  private final RouteHistory history = new RouteHistory(clock);

  private void completed(int number, long nanos) {
    for (int i = 0; i < number; i++) {
      history.completed(nanos);
    }
  }

  private void expired(int number, long nanos) {
    for (int i = 0; i < number; i++) {
      history.expired(nanos);
    }
  }

  private static void assertAbout(long exactNanos, long nanos) {
    assertTrue(
        exactNanos <= nanos && nanos <= exactNanos + Math.max(65_536, exactNanos / 16),
        nanos + " is not " + exactNanos);
  }

  /** The times are from a microsecond to some minutes, mostly around 20 ms. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 999, 1_000, 20_000})
  void quantilesAndShares_areThoseOfTheSortedTimes_toABucketsWidth(int number) {
    Random random = new Random(number);
    long[] times = new long[number];
    for (int i = 0; i < number; i++) {
      times[i] = (long) (20 * MILLI * Math.exp(2.5 * random.nextGaussian()));
      history.completed(times[i]);
      if (random.nextInt(1 + number / 4) == 0) {
        clock.advance(Duration.ofMinutes(5));
      }
    }
    if (history.lastHour().timed() < number) {
      throw new AssertionError("some are over an hour ago");
    }
    Arrays.sort(times);
    Summary summary = history.lastHour();
    assertEquals(times[number - 1], summary.longestNanos());
    assertEquals(times[number - 1], summary.quantileNanos(1));
    for (double quantile : QUANTILES) {
      int rank = (int) Math.ceil(quantile * number - 1e-9);
      assertAbout(times[Math.max(1, rank) - 1], summary.quantileNanos(quantile));
    }
    for (long nanos = 1_000; nanos < Duration.ofHours(2).toNanos(); nanos += nanos / 3) {
      double share = summary.shareAbove(nanos);
      double least = above(times, nanos);
      double most = above(times, nanos <= 65_536 ? 0 : nanos - nanos / 16 - 1);
      assertTrue(least - 1e-9 <= share && share <= most + 1e-9, share + " above " + nanos);
    }
  }

  private static double above(long[] times, long nanos) {
    return (double) Arrays.stream(times).filter(time -> time > nanos).count() / times.length;
  }

  /** One deadline for all, as nearly every route has it. */
  @Test
  void endedAtTheDeadline_areLongerThanAllThatCompleted_andNobodyKnowsHowMuch() {
    completed(490, 10 * MILLI);
    completed(490, 900 * MILLI);
    expired(20, 1_000 * MILLI);
    Summary summary = history.lastHour();
    assertAbout(10 * MILLI, summary.quantileNanos(0.49));
    assertAbout(900 * MILLI, summary.quantileNanos(0.5));
    assertAbout(900 * MILLI, summary.quantileNanos(0.98));
    assertEquals(Summary.UNKNOWN, summary.quantileNanos(0.981));
    assertEquals(Summary.UNKNOWN, summary.quantileNanos(1));
    assertEquals(0.51, summary.shareAbove(500 * MILLI), 1e-9);
    assertEquals(0.02, summary.shareAbove(990 * MILLI), 1e-9);
    assertEquals(0.02, summary.shareAbove(3_600_000 * MILLI), 1e-9);
    assertEquals(20, summary.expired());
    assertEquals(0, summary.late());
    assertEquals(1_000 * MILLI, summary.longestNanos());
  }

  /** What completes just before its deadline is in one bucket with what it ends. */
  @Test
  void endedInTheBucketOfTheSlowest_areStillLonger() {
    completed(500, 1_000 * MILLI);
    expired(500, 1_000 * MILLI);
    assertEquals(1_000 * MILLI, history.lastHour().quantileNanos(0.5));
    assertEquals(Summary.UNKNOWN, history.lastHour().quantileNanos(0.51));
  }

  @Test
  void allEnded_nothingIsKnown() {
    expired(100, 1_000 * MILLI);
    assertEquals(Summary.UNKNOWN, history.lastHour().quantileNanos(0.001));
    assertEquals(1, history.lastHour().shareAbove(1_000 * MILLI));
    assertEquals(1, history.lastHour().expiredShare());
  }

  /** Their clients gave them little time: what the others took is what these would have taken. */
  @Test
  void endedEarly_whileOthersWentOn_theOthersTell() {
    expired(500, 2 * MILLI);
    completed(250, 10 * MILLI);
    completed(250, 100 * MILLI);
    Summary summary = history.lastHour();
    assertAbout(10 * MILLI, summary.quantileNanos(0.5));
    assertAbout(100 * MILLI, summary.quantileNanos(0.51));
    assertEquals(100 * MILLI, summary.quantileNanos(0.999));
    assertEquals(0.5, summary.shareAbove(50 * MILLI), 1e-9);
    assertEquals(0, summary.shareAbove(100 * MILLI), 1e-9);
    assertEquals(0.5, summary.expiredShare());
  }

  /** Freireich's 21 patients with 6-MP, on whom every textbook shows the estimate (1963). */
  @Test
  void estimate_isThatOfTheTextbook() {
    for (int weeks : new int[] {6, 6, 6, 7, 10, 13, 16, 22, 23}) {
      history.completed(weeks * 1_000L * MILLI);
    }
    for (int weeks : new int[] {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35}) {
      history.expired(weeks * 1_000L * MILLI);
    }
    Summary summary = history.lastHour();
    assertEquals(0.857, summary.shareAbove(6_500 * MILLI), 0.001);
    assertEquals(0.807, summary.shareAbove(8_000 * MILLI), 0.001);
    assertEquals(0.753, summary.shareAbove(12_000 * MILLI), 0.001);
    assertEquals(0.690, summary.shareAbove(15_000 * MILLI), 0.001);
    assertEquals(0.627, summary.shareAbove(18_000 * MILLI), 0.001);
    assertEquals(0.448, summary.shareAbove(40_000 * MILLI), 0.001);
  }

  @Test
  void answeredLate_countAsExpired_andTheirTimesAreKnown() {
    completed(90, 10 * MILLI);
    for (int i = 0; i < 10; i++) {
      history.completedLate(5_000 * MILLI);
    }
    Summary summary = history.lastHour();
    assertEquals(10, summary.expired());
    assertEquals(10, summary.late());
    assertEquals(0.1, summary.expiredShare());
    assertEquals(5_000 * MILLI, summary.quantileNanos(0.99));
  }

  @Test
  void refused_areRequests_butTookNoTime() {
    completed(50, 10 * MILLI);
    for (int i = 0; i < 150; i++) {
      history.refused();
    }
    Summary summary = history.lastHour();
    assertEquals(200, summary.requests());
    assertEquals(50, summary.timed());
    assertEquals(0.75, summary.refusedShare());
    assertEquals(10 * MILLI, summary.quantileNanos(0.001));
  }
}
