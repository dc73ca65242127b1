package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What an application may ask, on a clock that the test moves. */
class DeadlineTest {
  private final ManualTicker ticker = new ManualTicker();
  private final List<String> called = new ArrayList<>();

  /** What was given to the cancellers and not run yet. */
  private final Queue<Runnable> queued = new ArrayDeque<>();

  private final RequestDeadline deadline =
      new RequestDeadline(new ManualClockwork(ticker, Runnable::run), "GET /x", 5_000);
  private final RequestDeadline queueing =
      new RequestDeadline(new ManualClockwork(ticker, queued::add), "GET /x", 5_000);

  @Test
  void time_passes_acrossTheWrapOfTheClock() {
    assertEquals(Duration.ofNanos(5_000), deadline.remaining());
    ticker.advance(Duration.ofNanos(4_999));
    assertTrue(ticker.nanos() < 0, "the clock has wrapped");
    assertEquals(Duration.ofNanos(1), deadline.remaining());
    assertFalse(deadline.isExpired());
    deadline.check();
    ticker.advance(Duration.ofNanos(1));
    assertTrue(deadline.isExpired());
    assertEquals(Duration.ZERO, deadline.remaining());
    ticker.advance(Duration.ofDays(1));
    assertEquals(Duration.ZERO, deadline.remaining());
    assertTrue(deadline.remainingNanos() < 0);
  }

  @Test
  void check_expired_saysWhoseDeadline() {
    RequestDeadline seconds =
        new RequestDeadline(
            new ManualClockwork(ticker, queued::add), "GET /x", Duration.ofSeconds(2).toNanos());
    ticker.advance(Duration.ofSeconds(2));
    var thrown = assertThrows(DeadlineExceededException.class, seconds::check);
    assertEquals("GET /x", thrown.route());
    assertEquals(Duration.ofSeconds(2), thrown.length());
    assertTrue(String.valueOf(thrown.getMessage()).contains("2s (route GET /x)"));
  }

  @Test
  void cap_theSmallerOne() {
    assertEquals(Duration.ofNanos(3), deadline.cap(Duration.ofNanos(3)));
    assertEquals(Duration.ofNanos(5_000), deadline.cap(Duration.ofDays(1)));
    assertEquals(Duration.ZERO, deadline.cap(Duration.ZERO));
    ticker.advance(Duration.ofDays(1));
    assertEquals(Duration.ZERO, deadline.cap(Duration.ofNanos(3)));
    assertThrows(IllegalArgumentException.class, () -> deadline.cap(Duration.ofNanos(-1)));
  }

  @Test
  @SuppressWarnings("try")
  void none_neverPassesAndKeepsNothing() {
    assertFalse(Deadline.NONE.isExpired());
    assertDoesNotThrow(Deadline.NONE::check);
    assertEquals(Duration.ofNanos(Long.MAX_VALUE), Deadline.NONE.remaining());
    assertEquals(Duration.ofDays(9), Deadline.NONE.cap(Duration.ofDays(9)));
    try (var registration = Deadline.NONE.onExpire(() -> called.add("never"))) {
      assertEquals(0, Deadline.NONE.cancelAll(true));
    }
    assertEquals(List.of(), called);
    assertEquals("Deadline[none]", Deadline.NONE.toString());
  }

  @Test
  void begun_hasNoEnd() {
    ticker.advance(Duration.ofNanos(10));
    deadline.begin(Route.NO_IDLE_LIMIT);
    ticker.advance(Duration.ofDays(1));
    assertFalse(deadline.isExpired());
    assertEquals(Long.MAX_VALUE, deadline.remainingNanos());
  }

  @Test
  void begunWithIdleLimit_endsThatLongAfterTheLastProgress() {
    ticker.advance(Duration.ofNanos(4_000));
    assertTrue(deadline.begin(300));
    assertEquals(Duration.ofNanos(300), deadline.remaining());
    for (int i = 0; i < 100; i++) {
      ticker.advance(Duration.ofNanos(299));
      assertFalse(deadline.isExpired());
      assertFalse(deadline.begin(300), "it had begun before, and that is no progress");
      assertEquals(Duration.ofNanos(1), deadline.remaining());
      deadline.progress();
    }
    ticker.advance(Duration.ofNanos(300));
    var thrown = assertThrows(DeadlineExceededException.class, deadline::check);
    assertEquals(Duration.ofNanos(300), thrown.length());
    assertEquals("The response has made no progress for 300ns (route GET /x)", thrown.getMessage());
  }

  @Test
  void expireNow_whateverIsLeft() {
    deadline.expireNow(Reason.STOPPING);
    assertTrue(deadline.isExpired());
    assertEquals(Duration.ZERO, deadline.remaining());
    deadline.begin(Route.NO_IDLE_LIMIT);
    assertTrue(deadline.isExpired(), "the filter is destroyed: nothing lifts that");
  }

  @Test
  @SuppressWarnings("try")
  void onExpire_latestFirstAndOnce() {
    try (var a = deadline.onExpire(() -> called.add("a"));
        var b = deadline.onExpire(() -> called.add("b"))) {
      assertEquals(2, deadline.cancelAll(true));
      assertEquals(0, deadline.cancelAll(true));
    }
    assertEquals(List.of("b", "a"), called);
  }

  @Test
  void onExpire_closed_isForgotten() {
    var registration = deadline.onExpire(() -> called.add("a"));
    registration.close();
    registration.close();
    assertEquals(0, deadline.cancelAll(true));
    assertEquals(List.of(), called);
  }

  @Test
  void onExpire_closedWhileItWaitsForAThread_isForgotten() {
    var registration = queueing.onExpire(() -> called.add("a"));
    assertEquals(1, queueing.cancelAll(true));
    registration.close();
    queued.forEach(Runnable::run);
    assertEquals(List.of(), called, "the resource may be somebody else's by now");
  }

  @Test
  @SuppressWarnings("try")
  void onExpire_expiredAlready_isCalledAtOnceByTheCancellers() {
    assertEquals(0, queueing.cancelAll(true));
    try (var registration = queueing.onExpire(() -> called.add("late"))) {
      assertEquals(List.of(), called, "not on this thread");
      queued.remove().run();
      assertEquals(List.of("late"), called);
    }
  }

  @Test
  @SuppressWarnings("try")
  void onExpire_oneThrowsAndOneBlocks_othersAreCalled() throws Exception {
    Gate release = new Gate("the blocking cancellation may end");
    Gate others = new Gate("the first registered was called");
    try (Background background = new Background(new Threads())) {
      RequestDeadline real =
          new RequestDeadline(new ManualClockwork(ticker, background::cancel), "r", 5_000);
      try (var a = real.onExpire(others::open);
          var b =
              real.onExpire(
                  () -> {
                    throw new IllegalStateException("on purpose");
                  });
          var c =
              real.onExpire(
                  () -> {
                    throw new SQLException("on purpose: as Statement.cancel() may");
                  });
          var d = real.onExpire(release::awaitDeaf)) {
        assertEquals(4, real.cancelAll(true));
        others.await();
      } finally {
        release.open();
      }
    }
  }

  @Test
  @SuppressWarnings("try") // what it is about
  void canEnd_alsoWhileThereIsNoEnd_butNotBehindAShield() throws Exception {
    assertFalse(Deadline.NONE.canEnd());
    deadline.begin(Route.NO_IDLE_LIMIT);
    assertTrue(deadline.isUnlimited());
    assertTrue(deadline.canEnd());
    Deadline.replaceCurrent(deadline);
    try (DeadlineScope joined = DeadlineScope.join(deadline)) {
      assertTrue(Deadline.current().canEnd());
      Deadline.shield(() -> assertFalse(Deadline.current().canEnd()));
    }
    Deadline.replaceCurrent(null);
    Deadline.wrap(() -> assertFalse(Deadline.current().canEnd())).run();
  }

  /** As cancellations do whose server is dead. */
  @Test
  void onExpire_moreBlockThanThereAreThreads_theAdaptersCutsAreMadeAllTheSame() throws Exception {
    Gate release = new Gate("the blocking cancellations may end");
    Gate cut = new Gate("an adapter's call was cut");
    try (Background background = new Background(new Threads());
        DeadlineTimer timer = new DeadlineTimer(new Threads(), ticker)) {
      Clockwork clockwork =
          new FilterClockwork(ticker, timer, background, Runnable::run, new Linter());
      RequestDeadline real = new RequestDeadline(clockwork, "r", 5_000);
      real.cutOnExpire(cut::open); // the first registered comes last
      for (int i = 0; i < 2 * Cancellers.CALLBACKS; i++) {
        real.onExpire(release::awaitDeaf);
      }
      real.cancelAll(true);
      cut.await();
    } finally {
      release.open();
    }
  }

  @Test
  void current_isOfThisThreadAndPutBack() {
    assertSame(Deadline.NONE, Deadline.current());
    assertNull(Deadline.replaceCurrent(deadline));
    assertSame(deadline, Deadline.current());
    assertSame(deadline, Deadline.replaceCurrent(null));
    assertSame(Deadline.NONE, Deadline.current());
  }

  @Test
  void begunBeforeTheRequestCame_thatMuchIsOverAlready() {
    RequestDeadline begun =
        RequestDeadline.begun(
            new ManualClockwork(ticker, Runnable::run), "GET /x", 5_000, 5_000, 2_000);
    assertEquals(3_000, begun.remainingNanos());
    assertEquals(2_000, begun.elapsedNanos());
    assertEquals(2_000, begun.waitedNanos());
    ticker.advance(Duration.ofNanos(3_000));
    assertTrue(begun.isExpired());
    assertEquals(Duration.ofNanos(5_000), begun.exceeded().length());
    assertEquals(2_000, begun.waitedNanos());
  }
}
