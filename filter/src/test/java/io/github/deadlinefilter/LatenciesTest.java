package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();

  @Test
  void time_isInItsBucket_whichIsAtMostASixteenthWide() {
    Random random = new Random(20_261_129);
    for (int i = 0; i < 100_000; i++) {
      // As many of each order of magnitude.
      long nanos = (long) (65_536 * Math.pow((double) HOUR / 65_536, random.nextDouble()));
      int bucket = Latencies.bucket(nanos);
      long upper = Latencies.upperNanos(bucket);
      long lower = Latencies.upperNanos(bucket - 1) + 1;
      assertTrue(lower <= nanos && nanos <= upper, nanos + " in " + lower + " to " + upper);
      assertTrue(upper - lower < lower / 16.0, lower + " to " + upper + " is too wide");
    }
  }

  @Test
  void buckets_followEachOther_withoutGap() {
    for (int bucket = 0; bucket < Latencies.COUNT - 1; bucket++) {
      long upper = Latencies.upperNanos(bucket);
      assertEquals(bucket, Latencies.bucket(upper));
      assertEquals(bucket + 1, Latencies.bucket(upper + 1));
    }
  }

  @Test
  void twiceTheTime_isSixteenBucketsOn() {
    for (long nanos = 65_536; 2 * nanos <= HOUR; nanos += nanos / 20) {
      assertEquals(Latencies.bucket(nanos) + 16, Latencies.bucket(2 * nanos));
    }
  }

  @Test
  void shorterAndLongerThanMeasured_areInTheFirstAndTheLast() {
    assertEquals(0, Latencies.bucket(-1));
    assertEquals(0, Latencies.bucket(0));
    assertEquals(0, Latencies.bucket(65_535));
    assertEquals(1, Latencies.bucket(65_536));
    assertEquals(Latencies.COUNT - 2, Latencies.bucket(HOUR), "an hour is still told from more");
    assertEquals(Latencies.COUNT - 1, Latencies.bucket(HOUR / 16 * 17));
    assertEquals(Latencies.COUNT - 1, Latencies.bucket(Long.MAX_VALUE));
    assertEquals(Long.MAX_VALUE, Latencies.upperNanos(Latencies.COUNT - 1));
  }
}
