package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.Enforcement;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each approach does with a function that ends, fails, or waits for a gate. */
@Timeout(60)
class ApproachTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final RunHistory runs = new RunHistory();
  private final List<Approach> opened = new ArrayList<>();

  private enum Kind {
    BASELINE,
    THREAD,
    TIMER,
    VIRTUAL,
    COOPERATIVE,
    BUDGET
  }

  private static Stream<Kind> onThisJvm() {
    return Stream.of(Kind.values())
        .filter(kind -> kind != Kind.VIRTUAL || Runtime.version().feature() >= 21);
  }

  private static Stream<Kind> withLimit() {
    return onThisJvm().filter(kind -> kind != Kind.BASELINE);
  }

  private static Stream<Kind> thatInterrupt() {
    return withLimit().filter(kind -> kind != Kind.THREAD && kind != Kind.COOPERATIVE);
  }

  private Approach open(Kind kind) {
    Approach approach =
        switch (kind) {
          case BASELINE -> new BaselineApproach();
          case THREAD -> new ThreadApproach();
          case TIMER -> new TimerApproach();
          case VIRTUAL -> virtual();
          case COOPERATIVE -> new ScopeApproach(Enforcement.COOPERATE);
          case BUDGET -> new ScopeApproach(Enforcement.INTERRUPT);
        };
    opened.add(approach);
    return approach;
  }

  private static Approach virtual() {
    Approach virtual = VirtualApproach.ofThisJvm();
    if (virtual == null) {
      throw new AssertionError("this JVM has no virtual threads");
    }
    return virtual;
  }

  @AfterEach
  void close() {
    gate.countDown();
    opened.forEach(Approach::close);
  }

  @Test
  void virtualThreads_areThere_fromJava21On() {
    assertEquals(Runtime.version().feature() >= 21, VirtualApproach.ofThisJvm() != null);
  }

  @ParameterizedTest
  @MethodSource("onThisJvm")
  void endsInTime_isCompleted_andLeavesNoInterrupt(Kind kind) throws Exception {
    assertTrue(open(kind).run(work((delay, steps) -> {}), LONG));
    assertFalse(Thread.currentThread().isInterrupted());
    awaitFree();
  }

  @ParameterizedTest
  @MethodSource("onThisJvm")
  void failsInTime_isThrownAsItIs(Kind kind) {
    var failure = new BackendFailure("down");
    Work work =
        work(
            (delay, steps) -> {
              throw failure;
            });
    Approach approach = open(kind);
    assertSame(failure, assertThrows(BackendFailure.class, () -> approach.run(work, LONG)));
  }

  @ParameterizedTest
  @MethodSource("thatInterrupt")
  void waitsTooLong_isToldToStop_andLeavesNoInterrupt(Kind kind) throws Exception {
    assertFalse(open(kind).run(work((delay, steps) -> gate.await()), SHORT));
    assertFalse(Thread.currentThread().isInterrupted());
    awaitFree();
  }

  @Test
  void threadIsLate_isLeftBehind_andGoesOn() throws Exception {
    assertFalse(open(Kind.THREAD).run(work((delay, steps) -> gate.await()), SHORT));
    assertTrue(runs.json().contains("\"free\": null"), runs.json());
    gate.countDown();
    awaitFree();
  }

  @Test
  void threadIsLeftBehind_endsWithTheApplication() throws Exception {
    Approach approach = open(Kind.THREAD);
    assertFalse(approach.run(work((delay, steps) -> gate.await()), SHORT));
    approach.close();
    awaitFree();
  }

  @Test
  void cooperative_isOver_stopsAtItsNextStep() throws Exception {
    var reached = new ArrayList<String>();
    Work work =
        work(
            (delay, steps) -> {
              steps.run();
              reached.add("first");
              while (!Deadline.current().isExpired()) {
                Thread.onSpinWait();
              }
              steps.run();
              reached.add("second");
            });
    assertFalse(open(Kind.COOPERATIVE).run(work, SHORT));
    assertEquals(List.of("first"), reached);
  }

  @ParameterizedTest
  @MethodSource("withLimit")
  void interruptOfSomebodyElse_isPassedOn(Kind kind) {
    Approach approach = open(kind);
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedException.class, () -> approach.run(work((delay, steps) -> gate.await()), LONG));
  }

  @Test
  void alarm_comesAfterTheEnd_doesNotInterrupt() {
    var alarm = new TimerApproach.Alarm(Thread.currentThread());
    assertFalse(alarm.switchOff());
    alarm.ring();
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void alarm_wasNotHeard_isForgottenAtTheEnd() {
    var alarm = new TimerApproach.Alarm(Thread.currentThread());
    alarm.ring();
    assertTrue(alarm.switchOff());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  private Work work(SlowFunction function) {
    var query =
        new ApproachQuery(
            ApproachQuery.Slow.HTTP, new Delay(BigDecimal.ZERO, RunName.NONE), BigDecimal.ONE);
    return new Work(function, query.delay(), runs.begin("test", query, "1")::free);
  }

  private void awaitFree() throws InterruptedException {
    while (runs.json().contains("\"free\": null")) {
      if (Thread.interrupted()) {
        throw new InterruptedException("in vain");
      }
      Thread.onSpinWait();
    }
  }
}
