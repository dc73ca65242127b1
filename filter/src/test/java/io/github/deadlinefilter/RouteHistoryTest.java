package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered, and for how long; {@link SummaryTest} has what is made of it. */
class RouteHistoryTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final long MILLI = 1_000_000;

  private final ManualTicker clock = new ManualTicker();
  private final RouteHistory history = new RouteHistory(clock);

  private long requests() {
    return history.lastHour().requests();
  }

  private void completed(int number, long nanos) {
    for (int i = 0; i < number; i++) {
      history.completed(nanos);
    }
  }

  // ---- an hour

  @Test
  void nobodyAsks_nothingIsKnown() {
    Summary summary = history.lastHour();
    assertEquals(0, summary.requests());
    assertEquals(0, summary.timed());
    assertEquals(0, summary.expiredShare());
    assertEquals(0, summary.refusedShare());
    assertEquals(0, summary.longestNanos());
    assertEquals(Summary.UNKNOWN, summary.quantileNanos(0.5));
    assertEquals(0, summary.shareAbove(0));
    assertNull(summary.mostBlamed());
    assertEquals(0, summary.mostBlamedShare());
    assertFalse(summary.everAsked());
  }

  @Test
  void request_isRemembered_untilAnHourAfterItsTenMinutesBegan() {
    history.completed(MILLI);
    clock.advance(Duration.ofHours(1).minusNanos(1));
    assertEquals(1, requests());
    clock.advance(Duration.ofNanos(1));
    assertEquals(0, requests());
  }

  @Test
  void request_isRemembered_fiftyMinutesAtLeast() {
    clock.advance(TEN_MINUTES.minusNanos(1));
    history.completed(MILLI);
    clock.advance(Duration.ofMinutes(50));
    assertEquals(1, requests());
    clock.advance(Duration.ofNanos(1));
    assertEquals(0, requests());
  }

  @Test
  void eachSlice_dropsOutInItsTurn_withAllThatIsInIt() {
    for (int slice = 0; slice < 6; slice++) {
      completed(1 << slice, MILLI << slice);
      history.expired((MILLI << slice) + 1);
      history.refused();
      history.blamed("slice " + slice);
      clock.advance(TEN_MINUTES);
    }
    // The clock is in the seventh by now.
    for (int gone = 1; gone <= 6; gone++) {
      Summary summary = history.lastHour();
      assertEquals(6 - gone, summary.expired());
      assertEquals(6 - gone, summary.refused());
      assertEquals(6 - gone, summary.blamed());
      assertEquals(64 - (1 << gone) + 6 - gone, summary.timed());
      assertEquals(gone == 6 ? 0 : (MILLI << 5) + 1, summary.longestNanos());
      clock.advance(TEN_MINUTES);
    }
  }

  @Test
  void quietForDays_countsAnew() {
    completed(5, MILLI);
    clock.advance(Duration.ofDays(3));
    assertEquals(0, requests());
    completed(2, 2 * MILLI);
    assertEquals(2, requests());
    clock.advance(TEN_MINUTES);
    completed(1, 3 * MILLI);
    assertEquals(3, requests());
  }

  @Test
  void everAsked_isKnownForEver_howeverARequestEnded() {
    history.refused();
    clock.advance(Duration.ofDays(30));
    assertEquals(0, requests());
    assertTrue(history.lastHour().everAsked());
  }

  @Test
  void asked_andStillRunning_isKnown_andCountsNothing() {
    history.asked();
    assertTrue(history.lastHour().everAsked());
    assertEquals(0, requests());
  }

  // ---- what made it slow

  @Test
  void blamed_isAddedUpOverTheSlices_andTheMostFrequentIsNamed() {
    for (int slice = 0; slice < 3; slice++) {
      history.blamed("sql a");
      history.blamed("http b");
      history.blamed("sql a");
      clock.advance(TEN_MINUTES);
    }
    history.blamed("http c");
    Summary summary = history.lastHour();
    assertEquals(10, summary.blamed());
    assertEquals("sql a", summary.mostBlamed());
    assertEquals(0.6, summary.mostBlamedShare());
  }

  @Test
  void blamed_twentyAreToldApart_allAreCounted_andOthersAreNeverNamed() {
    for (int i = 0; i < 1_000; i++) {
      history.blamed("sql " + i);
    }
    history.blamed("sql 19");
    Summary summary = history.lastHour();
    assertEquals(1_001, summary.blamed());
    assertEquals("sql 19", summary.mostBlamed());
    assertEquals(2 / 1_001.0, summary.mostBlamedShare());
    for (int i = 0; i < 1_000; i++) {
      history.blamed("sql 20");
    }
    assertEquals("sql 19", history.lastHour().mostBlamed());
    assertEquals(2_001, history.lastHour().blamed());
  }

  @Test
  void blamed_isBoundedAndOnOneLine() {
    history.blamed("sql \n\"" + "x".repeat(10_000));
    String most = String.valueOf(history.lastHour().mostBlamed());
    assertTrue(most.startsWith("sql  'xx") && most.length() < 200, most);
  }

  // ---- threads; the races are in src/jcstress

  /** With five turns in between, each while the others record. */
  @Test
  void threadsRecord_overTheTurnsOfSlices_totalsAreExact() throws Exception {
    int threads = 4;
    int rounds = 60_000;
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      boolean turns = i == 0;
      long nanos = MILLI * (i + 1);
      all.add(
          new Thread(
              () -> {
                for (int round = 0; round < rounds; round++) {
                  if (turns && round % 10_000 == 9_999 && round < 50_000) {
                    clock.advance(TEN_MINUTES);
                  }
                  history.completed(nanos);
                  history.completedLate(nanos);
                  history.expired(nanos);
                  history.refused();
                  history.blamed("sql " + round % 3);
                }
              }));
    }
    all.forEach(Thread::start);
    for (Thread thread : all) {
      thread.join();
    }
    Summary summary = history.lastHour();
    long one = (long) threads * rounds;
    assertEquals(3 * one, summary.timed());
    assertEquals(4 * one, summary.requests());
    assertEquals(2 * one, summary.expired());
    assertEquals(one, summary.late());
    assertEquals(one, summary.refused());
    assertEquals(one, summary.blamed());
    assertEquals(1 / 3.0, summary.mostBlamedShare(), 1e-9);
    assertEquals(threads * MILLI, summary.longestNanos());
    clock.advance(TEN_MINUTES);
    assertTrue(history.lastHour().requests() < 4 * one, "the first slice was never turned");
  }

  // ---- cost

  @Test
  void recording_afterTheFirst_allocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long fewest = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        history.asked();
        history.completed(MILLI * i);
        history.completedLate(MILLI * i);
        history.expired(MILLI * i);
        history.refused();
        history.blamed("sql SELECT 1");
      }
      fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Some of it is the measurement's own.
    assertTrue(fewest < 1_000, "bytes allocated: " + fewest);
  }

  @Test
  void routesThatNobodyAsks_costNearlyNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    RouteHistory[] routes = new RouteHistory[1_000];
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < routes.length; i++) {
      routes[i] = new RouteHistory(clock);
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < 150L * routes.length, "bytes allocated: " + bytes);
    before = threads.getCurrentThreadAllocatedBytes();
    for (RouteHistory route : routes) {
      route.completed(MILLI);
    }
    bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < 2_500L * routes.length, "bytes allocated by the first: " + bytes);
  }
}
