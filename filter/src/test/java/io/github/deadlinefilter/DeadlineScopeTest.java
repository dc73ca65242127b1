package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scopes, nested and not, on a clock that the test moves: its alarms ring on this thread. */
class DeadlineScopeTest {
  private final ManualClockwork clockwork = new ManualClockwork(new ManualTicker(), Runnable::run);
  private final RequestDeadline request =
      new RequestDeadline(clockwork, "GET /x", Duration.ofSeconds(10).toNanos());
  private final List<String> called = new ArrayList<>();

  @BeforeEach
  void begin() {
    Deadline.replaceCurrent(request);
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertSame(request, Deadline.replaceCurrent(null));
    assertFalse(Thread.interrupted());
    assertEquals(0, clockwork.alarms());
  }

  private void pass(int seconds) {
    clockwork.advance(Duration.ofSeconds(seconds));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  // ---- one scope

  @Test
  void run_inTime_changesNothingAndForgetsItsAlarm() throws Exception {
    Deadline.run(seconds(5), () -> called.add("run"));
    assertEquals("result", Deadline.call(seconds(5), () -> "result"));
    assertEquals(List.of("run"), called);
    pass(6);
    assertFalse(request.isExpired());
  }

  @Test
  void run_late_isInterruptedAndThrows() {
    DeadlineExceededException thrown =
        assertThrows(
            DeadlineExceededException.class, () -> Deadline.run(seconds(5), this::sleepFor6));
    assertEquals(seconds(5), thrown.length());
    assertEquals("scope", thrown.route());
    assertEquals(Deadline.Cause.DEADLINE, thrown.why());
    assertEquals("The deadline of 5s (scope) has passed", thrown.getMessage());
    assertEquals(0, thrown.getSuppressed().length);
  }

  private void sleepFor6() throws InterruptedException {
    pass(6);
    Thread.sleep(0); // throws, if the thread has been interrupted
  }

  @Test
  void tryRun_late_movesOn() throws Exception {
    assertTrue(Deadline.tryRun(seconds(5), () -> pass(4)));
    assertFalse(Deadline.tryRun(seconds(5), this::sleepFor6));
    assertEquals(Optional.of("x"), Deadline.tryCall(seconds(5), () -> "x"));
    assertEquals(
        Optional.empty(),
        Deadline.tryCall(
            seconds(1),
            () -> {
              sleepFor6();
              return "x";
            }));
  }

  @Test
  void work_thatReturnsLate_isLateAllTheSame() {
    assertThrows(
        DeadlineExceededException.class,
        () ->
            Deadline.call(
                seconds(5),
                () -> {
                  pass(5);
                  return "late";
                }));
  }

  @Test
  void clock_passesBeforeTheTimerComes_countsAsFired() {
    DeadlineScope scope = Deadline.within(seconds(5));
    clockwork.ticker.advance(seconds(5));
    scope.close();
    assertTrue(scope.hasFired());
  }

  @Test
  void limit_notPositive_isRefused() {
    for (Duration limit : List.of(Duration.ZERO, seconds(-1))) {
      var thrown =
          assertThrows(IllegalArgumentException.class, () -> Deadline.run(limit, () -> {}));
      assertEquals("limit: " + limit + " is not positive", thrown.getMessage());
      assertThrows(IllegalArgumentException.class, () -> Deadline.within(limit));
    }
  }

  @Test
  void limit_longerThanTheClock_isNone() throws Exception {
    Deadline.run(
        Duration.ofSeconds(Long.MAX_VALUE),
        () -> assertEquals(seconds(10), Deadline.current().remaining()));
  }

  @Test
  void deadline_countsFromEntry() throws Exception {
    pass(3);
    Deadline.run(seconds(5), () -> assertEquals(seconds(5), Deadline.current().remaining()));
  }

  @Test
  void exception_thatIsNotTheDeadlines_passesUnchanged() {
    IOException own = new IOException("own");
    assertSame(
        own,
        assertThrows(
            IOException.class,
            () ->
                Deadline.run(
                    seconds(5),
                    () -> {
                      throw own;
                    })));
    CancellationException cancelled = new CancellationException("not ours");
    assertSame(
        cancelled,
        assertThrows(
            CancellationException.class,
            () ->
                Deadline.tryRun(
                    seconds(5),
                    () -> {
                      throw cancelled;
                    })));
  }

  @Test
  void exception_afterTheDeadline_isKeptAsSuppressed() {
    IOException own = new IOException("own");
    var thrown =
        assertThrows(
            DeadlineExceededException.class,
            () ->
                Deadline.run(
                    seconds(5),
                    () -> {
                      pass(5);
                      throw own;
                    }));
    assertSame(own, thrown.getSuppressed()[0]);
  }

  @Test
  void error_afterTheDeadline_isThrownItself() {
    assertThrows(
        StackOverflowError.class,
        () ->
            Deadline.tryRun(
                seconds(5),
                () -> {
                  pass(5);
                  throw new StackOverflowError();
                }));
  }

  @Test
  void interrupt_ofTheApplication_isNotLostWhenTheScopeFires() {
    assertThrows(
        DeadlineExceededException.class,
        () ->
            Deadline.run(
                seconds(5),
                () -> {
                  Thread.currentThread().interrupt();
                  pass(5);
                }));
    assertTrue(Thread.interrupted());
  }

  @Test
  void interrupt_ofTheApplication_inTimeIsNotTouched() throws Exception {
    Deadline.run(seconds(5), () -> Thread.currentThread().interrupt());
    assertTrue(Thread.interrupted());
  }

  @Test
  void cooperate_late_startsWhatIsRegisteredAndInterruptsNobody() {
    assertThrows(
        DeadlineExceededException.class,
        () ->
            Deadline.run(
                seconds(5),
                Enforcement.COOPERATE,
                () -> {
                  Deadline.current().onExpire(() -> called.add("cancelled"));
                  pass(5);
                  assertFalse(Thread.currentThread().isInterrupted());
                  Deadline.current().check();
                }));
    assertEquals(List.of("cancelled"), called);
  }

  // ---- registered

  @Test
  void registered_atExpiry_latestFirstAndOnce() {
    try (DeadlineScope scope = Deadline.within(seconds(5), Enforcement.COOPERATE)) {
      scope.onExpire(() -> called.add("first"));
      scope.onExpire(() -> called.add("second")).close();
      scope.onExpire(() -> called.add("third"));
      pass(5);
      pass(5);
    }
    assertEquals(List.of("third", "first"), called);
  }

  @Test
  void registered_scopeEndsInTime_isForgotten() {
    try (DeadlineScope scope = Deadline.within(seconds(5))) {
      scope.onExpire(() -> called.add("never"));
    }
    pass(20);
    assertEquals(List.of(), called);
  }

  @Test
  void registered_outerExpires_innerOnesAreStartedToo() {
    request.onExpire(() -> called.add("request's"));
    try (DeadlineScope scope = Deadline.within(seconds(5))) {
      scope.onExpire(() -> called.add("scope's"));
      request.cancelAll(/* interrupts= */ true);
      assertEquals(List.of("scope's", "request's"), called);
    }
  }

  // ---- nested

  @Test
  void nested_innerIsShorter_onlyTheInnerFires() throws Exception {
    try (DeadlineScope outer = Deadline.within(seconds(5))) {
      DeadlineScope inner = Deadline.within(seconds(2));
      pass(2);
      assertThrows(InterruptedException.class, () -> Thread.sleep(0));
      assertSame(inner, Deadline.current());
      inner.close();
      assertTrue(inner.hasFired());
      assertFalse(outer.hasFired());
      assertSame(outer, Deadline.current());
      Thread.sleep(0);
      assertEquals(seconds(3), outer.remaining());
    }
  }

  @Test
  void nested_outerIsShorter_innerHasNoMoreTimeAndDoesNotFire() {
    DeadlineScope outer = Deadline.within(seconds(2));
    DeadlineScope inner = Deadline.within(seconds(5));
    assertEquals(seconds(2), inner.remaining());
    pass(2);
    assertTrue(inner.isExpired());
    assertEquals(seconds(2), assertThrows(DeadlineExceededException.class, inner::check).length());
    inner.close();
    assertFalse(inner.hasFired());
    assertTrue(Thread.currentThread().isInterrupted(), "it is the outer's");
    outer.close();
    assertTrue(outer.hasFired());
  }

  @Test
  void nested_outerFires_itsExceptionPassesTheInner() {
    List<String> passed = new ArrayList<>();
    var thrown =
        assertThrows(
            DeadlineExceededException.class,
            () ->
                Deadline.run(
                    seconds(2),
                    () -> {
                      try {
                        Deadline.tryRun(seconds(5), this::sleepFor6Inside);
                      } catch (InterruptedException e) {
                        passed.add("interrupted");
                        throw e;
                      }
                    }));
    assertEquals(List.of("interrupted"), passed);
    assertEquals(seconds(2), thrown.length());
  }

  private void sleepFor6Inside() throws InterruptedException {
    pass(3); // the outer's time, not the inner's
    Thread.sleep(0);
  }

  @Test
  void nested_bothFire_eachLayerIsInterrupted() {
    DeadlineScope outer = Deadline.within(seconds(3));
    DeadlineScope inner = Deadline.within(seconds(3));
    pass(3);
    assertThrows(InterruptedException.class, () -> Thread.sleep(0));
    inner.close();
    assertThrows(InterruptedException.class, () -> Thread.sleep(0), "the outer's");
    outer.close();
    assertTrue(inner.hasFired() && outer.hasFired());
  }

  @Test
  void nested_innerHasEnded_neverInterruptsWhatComesAfter() throws Exception {
    try (DeadlineScope outer = Deadline.within(seconds(9))) {
      Deadline.run(seconds(2), () -> {});
      pass(5);
      Thread.sleep(0);
      assertFalse(outer.hasFired());
    }
  }

  @Test
  void close_outerBeforeInner_isTold() {
    DeadlineScope outer = Deadline.within(seconds(5));
    DeadlineScope inner = Deadline.within(seconds(5));
    assertThrows(IllegalStateException.class, outer::close);
    inner.close();
    assertSame(request, Deadline.current());
  }

  @Test
  void close_onAnotherThread_isToldAndChangesNothing() throws Exception {
    DeadlineScope scope = Deadline.within(seconds(5));
    List<Throwable> thrown = new ArrayList<>();
    Thread other =
        new Thread(
            () -> thrown.add(assertThrows(IllegalStateException.class, scope::close)), "other");
    other.start();
    other.join();
    assertEquals(1, thrown.size());
    assertSame(scope, Deadline.current());
    scope.close();
    scope.close(); // once more changes nothing
  }

  @Test
  void block_cannotBeAbandoned() {
    assertThrows(
        IllegalArgumentException.class, () -> Deadline.within(seconds(5), Enforcement.ABANDON));
  }

  // ---- shield, critical

  @Test
  void shield_holdsBackWhatIsOutsideUntilItEnds() {
    try (DeadlineScope scope = Deadline.within(seconds(2))) {
      Deadline.shield(
          () -> {
            pass(3);
            assertFalse(Thread.currentThread().isInterrupted());
            assertFalse(Deadline.current().isExpired());
            Deadline.current().check();
          });
      assertTrue(Thread.currentThread().isInterrupted());
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void shield_raisedWhenTheInterruptHasCome_holdsThatBackToo() {
    try (DeadlineScope scope = Deadline.within(seconds(2))) {
      pass(2);
      Deadline.shield(() -> assertFalse(Thread.currentThread().isInterrupted()));
      assertTrue(Thread.currentThread().isInterrupted());
      assertTrue(scope.hasFired());
    }
  }

  @Test
  void shield_aScopeInsideHasItsOwnDeadline() throws Exception {
    try (DeadlineScope scope = Deadline.within(seconds(2))) {
      boolean inTime =
          Deadline.shield(() -> Deadline.<InterruptedException>tryRun(seconds(1), this::sleepFor6));
      assertFalse(inTime);
      assertThrows(InterruptedException.class, () -> Thread.sleep(0), "the outer's");
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void critical_tooLittleLeft_doesNotBegin() {
    pass(8);
    var thrown =
        assertThrows(
            DeadlineExceededException.class,
            () -> Deadline.critical(seconds(3), () -> called.add("paid")));
    assertEquals(
        "Not begun: 2s left of 10s (route GET /x) where 3s are needed", thrown.getMessage());
    assertEquals("GET /x", thrown.route());
    assertEquals(seconds(10), thrown.length(), "of the deadline, not what is left of it");
    assertEquals(List.of(), called);
    assertFalse(request.isOutcomeUnknown());
  }

  /** Whoever reads the exception knows where the time went. */
  @Test
  void exceptionsOfAScope_tellWhichDeadlineAndWhereTheTimeWent() throws Exception {
    IoCall call = Deadline.current().io("sql", "SELECT 1");
    pass(2);
    call.close();
    var thrown =
        assertThrows(
            DeadlineExceededException.class, () -> Deadline.run(seconds(3), this::sleepFor6));
    assertEquals("sql 1 call 2s", thrown.whereTimeWent());
    assertEquals("The deadline of 3s (scope) has passed: sql 1 call 2s", thrown.getMessage());
    DeadlineExceededException refused =
        Deadline.call(
            seconds(1),
            () ->
                assertThrows(
                    DeadlineExceededException.class,
                    () -> Deadline.critical(seconds(2), () -> called.add("paid"))));
    assertEquals("scope", refused.route());
    assertEquals(seconds(1), refused.length());
    assertEquals("sql 1 call 2s", refused.whereTimeWent());
    assertEquals(
        "Not begun: 1s left of 1s (scope) where 2s are needed: sql 1 call 2s",
        refused.getMessage());
  }

  @Test
  void critical_over_doesNotBegin() {
    pass(10);
    assertThrows(
        DeadlineExceededException.class,
        () -> Deadline.critical(Duration.ZERO, () -> called.add("paid")));
    assertEquals(List.of(), called);
    assertFalse(request.isOutcomeUnknown());
  }

  @Test
  void critical_begun_isShieldedAndMakesTheOutcomeUnknown() throws Exception {
    Deadline.run(
        seconds(9),
        () -> {
          String paid =
              Deadline.critical(
                  seconds(3),
                  () -> {
                    assertTrue(request.isOutcomeUnknown());
                    assertTrue(Deadline.current().isUnlimited());
                    return "paid";
                  });
          assertEquals("paid", paid);
        });
    assertTrue(request.isOutcomeUnknown());
    assertThrows(
        IllegalArgumentException.class, () -> Deadline.critical(seconds(-1), () -> "never"));
  }

  // ---- changed from inside

  @Test
  void extend_beforeTheEnd_movesIt() {
    try (DeadlineScope scope = Deadline.within(seconds(2))) {
      assertTrue(scope.extend(seconds(3)));
      pass(2);
      assertFalse(scope.isExpired());
      assertEquals(seconds(3), scope.remaining());
      pass(3);
      assertTrue(scope.isExpired());
      assertFalse(scope.extend(seconds(3)));
      assertFalse(scope.lift());
    }
    assertThrows(IllegalArgumentException.class, () -> request.extend(Duration.ZERO));
  }

  @Test
  void shorten_onlyEverShortens() {
    try (DeadlineScope scope = Deadline.within(seconds(5))) {
      assertTrue(scope.shorten(seconds(8)));
      assertEquals(seconds(5), scope.remaining());
      assertTrue(scope.shorten(seconds(1)));
      pass(1);
      assertTrue(Thread.currentThread().isInterrupted());
    }
    assertThrows(IllegalArgumentException.class, () -> request.shorten(seconds(-1)));
  }

  @Test
  void shorten_toZero_endsItNow() {
    try (DeadlineScope scope = Deadline.within(seconds(5))) {
      scope.shorten(Duration.ZERO);
      assertTrue(scope.isExpired());
      pass(0);
      assertTrue(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void lift_takesTheEndAway_andShortenSetsOneAgain() {
    assertTrue(request.lift());
    assertTrue(request.isUnlimited());
    pass(100);
    assertTrue(request.shorten(seconds(1)));
    assertEquals(seconds(1), request.remaining());
    pass(1);
    assertTrue(request.isExpired());
  }

  @Test
  void extend_theOuterScope_theInnerHasItsOwnAgain() {
    try (DeadlineScope outer = Deadline.within(seconds(2));
        DeadlineScope inner = Deadline.within(seconds(5))) {
      assertEquals(seconds(2), inner.remaining(), "the shorter one");
      pass(1);
      assertTrue(outer.extend(seconds(20)));
      assertEquals(seconds(4), inner.remaining(), "its own");
      pass(4);
      assertTrue(inner.hasFired());
      assertFalse(outer.hasFired());
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void extend_theRequestIsSettled_isTooLate() {
    pass(10);
    assertTrue(request.settle());
    assertFalse(request.extend(seconds(5)));
    assertTrue(request.isExpired());
    assertFalse(Deadline.NONE.extend(seconds(5)));
  }

  @Test
  void cause_isToldApart() {
    assertEquals(Deadline.Cause.DEADLINE, request.cause());
    try (DeadlineScope scope = Deadline.within(seconds(5), Enforcement.COOPERATE)) {
      request.expireNow(Reason.STOPPING);
      assertEquals(Deadline.Cause.SHUTDOWN, scope.cause());
      var thrown = assertThrows(DeadlineExceededException.class, scope::check);
      assertEquals(Deadline.Cause.SHUTDOWN, thrown.why());
      assertEquals(
          "The request was ended before its deadline of 10s (route GET /x): the application is"
              + " stopping",
          thrown.getMessage());
    }
    assertNull(request.fenceHere());
  }

  // ---- what nesting may not do

  @Test
  void critical_insideAShield_looksAtTheRequestAllTheSame() {
    pass(9);
    assertThrows(
        DeadlineExceededException.class,
        () -> Deadline.shield(() -> Deadline.critical(seconds(3), () -> called.add("paid"))));
    pass(1);
    var thrown =
        assertThrows(
            DeadlineExceededException.class,
            () ->
                Deadline.shield(() -> Deadline.critical(Duration.ZERO, () -> called.add("paid"))));
    assertEquals("GET /x", thrown.route());
    assertEquals(List.of(), called);
  }

  /** Cleanup with a limit of its own, after an expiry. */
  @Test
  void scopeInsideAShield_fires_doesNotLetTheOuterInterruptThrough() throws Exception {
    try (DeadlineScope outer = Deadline.within(seconds(2))) {
      pass(2);
      Deadline.shield(
          () -> {
            assertFalse(Deadline.tryRun(seconds(1), this::sleepFor6));
            assertFalse(Thread.currentThread().isInterrupted());
          });
      assertTrue(Thread.currentThread().isInterrupted());
      assertTrue(outer.hasFired());
    }
  }

  @Test
  void interrupt_ofTheApplication_thatIsTakenWithOurs_isGivenBack() throws Exception {
    assertFalse(
        Deadline.tryRun(
            seconds(5),
            () -> {
              Thread.currentThread().interrupt();
              pass(5);
              Thread.sleep(0); // takes both
            }));
    assertTrue(Thread.interrupted());
  }

  @Test
  void change_insideAShield_isTheRequests() {
    Deadline.shield(() -> assertTrue(Deadline.current().extend(seconds(5))));
    assertEquals(seconds(15), request.remaining());
    try (DeadlineScope scope = Deadline.within(seconds(30))) {
      pass(15);
      assertFalse(scope.extend(seconds(5)), "what is outside is over");
    }
  }

  /** As those of a request that came under it, and has no end itself. */
  @Test
  void debugger_noScopeFires_untilItHasGone() {
    AtomicBoolean attached = new AtomicBoolean(true);
    RequestRun run = BareServlet.debugged(attached::get);
    ManualClockwork itsClockwork = (ManualClockwork) run.deadline.clockwork();
    run.deadline.suspend();
    Deadline.replaceCurrent(run.deadline);
    try (DeadlineScope scope = Deadline.within(seconds(1))) {
      assertTrue(scope.extend(seconds(2)), "and has an end all the same");
      itsClockwork.advance(seconds(5));
      assertFalse(scope.isExpired());
      assertFalse(Thread.currentThread().isInterrupted());
      attached.set(false);
      itsClockwork.advance(seconds(1));
      assertTrue(scope.hasFired());
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      Deadline.replaceCurrent(request);
    }
    assertEquals(0, itsClockwork.alarms());
  }

  /** Or the thread would be inside it for ever, and be interrupted when somebody else has one. */
  @Test
  void scopeThatCannotBegin_isNotLeftOnItsThread() throws Exception {
    clockwork.outOfThreads = true;
    assertThrows(OutOfMemoryError.class, () -> Deadline.within(seconds(1)));
    assertThrows(OutOfMemoryError.class, () -> Deadline.run(seconds(1), () -> called.add("run")));
    assertSame(request, Deadline.current());
    clockwork.outOfThreads = false;
    pass(2);
    assertFalse(Thread.interrupted());
    assertEquals(List.of(), called);
  }
}
