package io.github.deadlinefilter;

import static io.github.deadlinefilter.RunState.ANSWERING;
import static io.github.deadlinefilter.RunState.ASYNC;
import static io.github.deadlinefilter.RunState.CALL;
import static io.github.deadlinefilter.RunState.CLOSING;
import static io.github.deadlinefilter.RunState.DISPATCHED;
import static io.github.deadlinefilter.RunState.DONE;
import static io.github.deadlinefilter.RunState.ENDING;
import static io.github.deadlinefilter.RunState.EXPIRED;
import static io.github.deadlinefilter.RunState.HEAD;
import static io.github.deadlinefilter.RunState.NEW;
import static io.github.deadlinefilter.RunState.OVER;
import static io.github.deadlinefilter.RunState.PARKED;
import static io.github.deadlinefilter.RunState.READ;
import static io.github.deadlinefilter.RunState.RUNNING;
import static io.github.deadlinefilter.RunState.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every edge of the drawing in {@link RunState}, and that there are no others. */
class RunStateTest {
  /** The phases from which the drawing lets the clock win. */
  private static final int CLOCK =
      1 << NEW | 1 << RUNNING | 1 << ASYNC | 1 << DISPATCHED | 1 << CLOSING;

  private static final class State extends RunState {
    final AtomicInteger moved = new AtomicInteger();

    @Override
    void movedWhileClosed() {
      moved.incrementAndGet();
    }
  }

  static List<Integer> phases() {
    return IntStream.rangeClosed(NEW, OVER).boxed().toList();
  }

  /** A state in {@code phase}, by the shortest way of the drawing; quiet but where RUNNING is. */
  private static State in(int phase) {
    State state = new State();
    switch (phase) {
      case NEW -> {}
      case RUNNING -> assertTrue(state.begin());
      case ASYNC -> {
        assertTrue(state.begin());
        state.asyncStarted();
        assertEquals(ASYNC, state.leave());
      }
      case DISPATCHED -> {
        state = in(ASYNC);
        assertEquals(ASYNC, state.endAsync(/* dispatch= */ true));
      }
      case ENDING -> {
        state = in(ASYNC);
        assertEquals(ASYNC, state.endAsync(/* dispatch= */ false));
      }
      case CLOSING -> {
        assertTrue(state.begin());
        assertEquals(CLOSING, state.leave());
      }
      case DONE -> {
        state = in(CLOSING);
        assertTrue(state.tryDone());
      }
      case EXPIRED -> assertEquals(NEW, state.tryExpire(CLOCK, 0));
      case ANSWERING -> {
        state = in(EXPIRED);
        assertTrue(state.tryAnswerDirect(0, /* always= */ true));
      }
      case PARKED -> {
        state = in(ANSWERING);
        state.parked();
      }
      case OVER -> {
        state = in(PARKED);
        assertTrue(state.tryOver());
      }
      default -> throw new AssertionError(phase);
    }
    assertEquals(phase, state.phase());
    return state;
  }

  /** {@code call} succeeds, and leads to {@code to}, from these phases, and changes no other. */
  private static void onlyFrom(Set<Integer> from, int to, Predicate<State> call) {
    for (int phase : phases()) {
      State state = in(phase);
      assertEquals(from.contains(phase), call.test(state), "from " + phase);
      assertEquals(from.contains(phase) ? to : phase, state.phase(), "after a call in " + phase);
    }
  }

  @Test
  void begin_onlyWhereAPassStarts() {
    onlyFrom(Set.of(NEW, DISPATCHED), RUNNING, State::begin);
  }

  @Test
  void tryDone_onlyFromClosing() {
    onlyFrom(Set.of(CLOSING), DONE, State::tryDone);
  }

  @Test
  void tryAnswerClean_onlyFromExpired() {
    onlyFrom(Set.of(EXPIRED), OVER, State::tryAnswerClean);
  }

  @Test
  void tryOver_onlyFromParked() {
    onlyFrom(Set.of(PARKED), OVER, State::tryOver);
  }

  @Test
  void close_fromEveryOpenPhaseAndOnce() {
    onlyFrom(Set.of(NEW, RUNNING, ASYNC, DISPATCHED, ENDING), CLOSING, State::close);
  }

  @Test
  void expire_fromWhereTheDrawingSaysSo() {
    onlyFrom(
        Set.of(NEW, RUNNING, ASYNC, DISPATCHED, CLOSING),
        EXPIRED,
        state -> state.tryExpire(CLOCK, 0) >= 0);
  }

  @Test
  void expire_tellsTheDecidingPhase() {
    for (int phase : List.of(NEW, RUNNING, ASYNC, DISPATCHED, CLOSING)) {
      assertEquals(phase, in(phase).tryExpire(CLOCK, 0));
      assertEquals(-1, in(phase).tryExpire(CLOCK & ~(1 << phase), 0), "not for this caller");
    }
  }

  @Test
  void expire_closingAfterAsync_belongsToTheContainer() {
    State state = in(ENDING);
    assertTrue(state.close());
    assertEquals(-1, state.tryExpire(CLOCK, 0));
    assertEquals(CLOSING, state.phase());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void enter_openUpToEnding(int phase) {
    for (long unit : new long[] {CALL, READ, WRITE, HEAD}) {
      State state = in(phase);
      boolean quiet = state.isQuiet();
      assertEquals(phase <= ENDING, state.enter(unit));
      assertEquals(phase <= ENDING && unit == READ, state.isReading());
      assertEquals(phase <= ENDING && unit == WRITE, state.isWriting());
      assertEquals(phase <= ENDING && (unit == READ || unit == WRITE), state.isTransferring());
      assertEquals(phase <= ENDING && (unit == HEAD || unit == WRITE), state.isChangingHead());
      assertEquals(phase <= ENDING && unit == HEAD, state.isHeading());
      if (phase <= ENDING) {
        assertFalse(state.isQuiet());
        state.exit(unit);
      }
      assertEquals(quiet, state.isQuiet());
      assertEquals(phase, state.phase());
      assertEquals(0, state.moved.get(), "nobody waits for an open run");
    }
  }

  @ParameterizedTest
  @MethodSource("phases")
  void stay_onlyWhileAnswering_andKeepsTheRunFromBeingOver(int phase) {
    State state = in(phase);
    if (phase != ANSWERING) {
      assertThrows(IllegalStateException.class, state::stay);
      return;
    }
    state.stay();
    state.parked();
    assertFalse(state.tryOver());
    state.exit(CALL);
    assertTrue(state.tryOver());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void isExpired_fromExpiredOn(int phase) {
    assertEquals(phase >= EXPIRED, in(phase).isExpired());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void endAsync_complete(int phase) {
    State state = in(phase);
    int expected = phase > ENDING ? RunState.LOST : phase == ASYNC ? ASYNC : RunState.UNCHANGED;
    assertEquals(expected, state.endAsync(/* dispatch= */ false));
    assertEquals(phase == ASYNC ? ENDING : phase, state.phase());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void endAsync_dispatch(int phase) {
    State state = in(phase);
    int expected =
        phase > ENDING
            ? RunState.LOST
            : phase == ASYNC || phase == ENDING ? phase : RunState.UNCHANGED;
    assertEquals(expected, state.endAsync(/* dispatch= */ true));
    assertEquals(phase == ASYNC || phase == ENDING ? DISPATCHED : phase, state.phase());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void containerEnds_keepsTheClockOut(int phase) {
    State state = in(phase);
    assertEquals(phase < EXPIRED, state.containerEnds());
    assertEquals(phase == ASYNC ? ENDING : phase, state.phase());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void answerDirect_onlyExpired(int phase) {
    State state = in(phase);
    if (phase == EXPIRED) {
      assertTrue(state.tryAnswerDirect(0, /* always= */ true));
      assertEquals(ANSWERING, state.phase());
    } else {
      assertThrows(IllegalStateException.class, () -> state.tryAnswerDirect(0, true));
      assertEquals(phase, state.phase());
    }
  }

  @ParameterizedTest
  @MethodSource("phases")
  void parked_onlyAnswering(int phase) {
    State state = in(phase);
    if (phase == ANSWERING) {
      state.parked();
      assertEquals(PARKED, state.phase());
    } else {
      assertThrows(IllegalStateException.class, state::parked);
      assertEquals(phase, state.phase());
    }
  }

  @Test
  void answerDirect_workerLeftBeforeOrAfter_isOneOfTheTwo() {
    State before = in(RUNNING);
    before.tryExpire(1 << RUNNING, 0);
    assertEquals(EXPIRED, before.leave(), "reported as left");
    assertTrue(before.tryAnswerDirect(0, /* always= */ true));
    assertTrue(before.wasAnsweredAlone());
    State after = in(RUNNING);
    after.tryExpire(1 << RUNNING, 0);
    assertTrue(after.tryAnswerDirect(0, /* always= */ true));
    assertFalse(after.wasAnsweredAlone());
    assertEquals(ANSWERING, after.leave(), "reported as late");
  }

  // ---- how a pass ends

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void undoEndAsync_refusedCall_theCycleIsOpenAgain(boolean dispatch) {
    State inPass = in(RUNNING);
    inPass.asyncStarted();
    assertTrue(inPass.undoEndAsync(inPass.endAsync(dispatch)));
    assertEquals(ASYNC, inPass.leave());
    State afterPass = in(ASYNC);
    assertTrue(afterPass.undoEndAsync(afterPass.endAsync(dispatch)));
    assertEquals(ASYNC, afterPass.phase());
    assertTrue(afterPass.isAsyncOpen());
    assertEquals(ASYNC, afterPass.endAsync(dispatch), "and can be ended again");
  }

  @Test
  void leave_completedInThePass_ending() {
    State state = in(RUNNING);
    state.asyncStarted();
    assertTrue(state.isAsyncOpen());
    assertEquals(RUNNING, state.endAsync(/* dispatch= */ false));
    assertFalse(state.isAsyncOpen());
    assertTrue(state.isAsyncEver());
    assertEquals(ENDING, state.leave());
  }

  @Test
  void leave_dispatchedInThePass_dispatchedOnce() {
    State state = in(RUNNING);
    state.asyncStarted();
    assertEquals(RUNNING, state.endAsync(/* dispatch= */ true));
    assertTrue(state.isDispatchCalled());
    assertEquals(DISPATCHED, state.leave());
    assertTrue(state.isDispatchCalled(), "until the container has brought the request back");
    state.passEntered();
    assertFalse(state.isDispatchCalled());
    assertTrue(state.begin());
    assertEquals(ENDING, state.leave(), "a second pass that starts no cycle ends the run");
  }

  @Test
  void leave_startedAgainInTheSecondPass_async() {
    State state = in(DISPATCHED);
    assertTrue(state.begin());
    state.asyncStarted();
    assertEquals(ASYNC, state.leave());
    assertEquals(ASYNC, state.endAsync(/* dispatch= */ false));
    assertTrue(state.close());
    assertTrue(state.tryDone());
  }

  @Test
  void leave_expired_staysExpired() {
    State state = in(RUNNING);
    assertEquals(RUNNING, state.tryExpire(CLOCK, 0));
    assertFalse(state.tryAnswerClean(), "the worker is inside");
    assertEquals(EXPIRED, state.leave());
    assertTrue(state.tryAnswerClean());
  }

  // ---- who is inside

  @Test
  void closing_waitsForEveryCallInside() {
    State state = in(RUNNING);
    assertTrue(state.enter(READ));
    assertEquals(CLOSING, state.leave());
    assertFalse(state.tryDone());
    state.exit(READ);
    assertEquals(1, state.moved.get());
    assertTrue(state.tryDone());
  }

  @Test
  void expired_cleanAnswerWaitsForEveryKindOfCall() {
    for (long unit : new long[] {CALL, READ, WRITE}) {
      State state = in(NEW);
      assertTrue(state.enter(unit));
      assertEquals(NEW, state.tryExpire(CLOCK, 0));
      assertFalse(state.tryAnswerClean());
      state.exit(unit);
      assertTrue(state.tryAnswerClean());
    }
  }

  @Test
  void parked_isOverWhenTheLastOneIsOut() {
    State state = in(RUNNING);
    assertTrue(state.enter(WRITE));
    assertEquals(RUNNING, state.tryExpire(CLOCK, 0));
    assertTrue(state.tryAnswerDirect(0, /* always= */ false));
    state.parked();
    assertFalse(state.tryOver());
    assertEquals(PARKED, state.leave());
    assertFalse(state.tryOver());
    state.exit(WRITE);
    assertTrue(state.tryOver());
    assertFalse(state.tryOver());
  }

  @Test
  void presence_countsAsInsideUntilItEnds() {
    State state = in(RUNNING);
    assertEquals(RUNNING, state.tryExpire(CLOCK, CALL));
    assertFalse(state.isAlone(CALL));
    assertEquals(EXPIRED, state.leave());
    assertTrue(state.isAlone(CALL));
    assertFalse(state.tryAnswerClean(), "the timer's side still looks at the objects");
    assertFalse(state.tryAnswerDirect(CALL, /* always= */ false), "the worker has left");
    assertEquals(1, state.moved.get());
    assertEquals(EXPIRED, state.phase());
    assertTrue(state.tryAnswerClean());
  }

  @Test
  void presence_withAWorkerInside_answersDirect() {
    State state = in(RUNNING);
    assertEquals(RUNNING, state.tryExpire(CLOCK, CALL));
    assertTrue(state.tryAnswerDirect(CALL, /* always= */ false));
    state.parked();
    assertEquals(PARKED, state.leave());
    assertFalse(state.tryOver());
    state.exit(CALL);
    assertTrue(state.tryOver());
  }

  @Test
  void counts_doNotRunIntoEachOther() {
    State state = in(RUNNING);
    for (int i = 0; i < 20_000; i++) {
      assertTrue(state.enter(CALL));
      assertTrue(state.enter(READ));
      assertTrue(state.enter(WRITE));
    }
    for (int i = 0; i < 2_000; i++) {
      assertTrue(state.enter(HEAD));
    }
    assertEquals(RUNNING, state.phase());
    assertFalse(state.isAsyncEver());
    for (int i = 0; i < 20_000; i++) {
      state.exit(WRITE);
      state.exit(READ);
    }
    assertFalse(state.isWriting() || state.isReading());
    assertTrue(state.isChangingHead());
    for (int i = 0; i < 2_000; i++) {
      state.exit(HEAD);
    }
    assertFalse(state.isChangingHead());
    for (int i = 0; i < 20_000; i++) {
      state.exit(CALL);
    }
    assertEquals(CLOSING, state.leave());
    assertTrue(state.tryDone());
  }

  // ---- races

  private static final class Track {
    final State state = new State();
    final AtomicInteger winners = new AtomicInteger();
    final AtomicBoolean answered = new AtomicBoolean();
    final AtomicInteger inside = new AtomicInteger();
    final AtomicBoolean broken = new AtomicBoolean();
  }

  @Test
  void race_completionAgainstExpiry_oneWins() throws Exception {
    Race.run(
        20_000,
        Track::new,
        track -> assertEquals(1, track.winners.get()),
        track -> {
          if (track.state.begin()) {
            track.state.leave();
            if (track.state.tryDone()) {
              track.winners.incrementAndGet();
            }
          }
        },
        track -> {
          Thread.onSpinWait();
          if (track.state.tryExpire(CLOCK, 0) >= 0) {
            track.winners.incrementAndGet();
          }
        });
  }

  @Test
  void race_lastOneOut_isOne() throws Exception {
    Race.run(
        10_000,
        () -> {
          Track track = new Track();
          assertTrue(track.state.begin());
          assertTrue(track.state.enter(WRITE));
          assertTrue(track.state.tryExpire(CLOCK, 0) >= 0);
          assertTrue(track.state.tryAnswerDirect(0, /* always= */ true));
          return track;
        },
        track -> {
          assertEquals(1, track.winners.get());
          assertEquals(OVER, track.state.phase());
        },
        track -> {
          track.state.leave();
          over(track);
        },
        track -> {
          track.state.exit(WRITE);
          over(track);
        },
        track -> {
          track.state.parked();
          over(track);
        });
  }

  private static void over(Track track) {
    if (track.state.tryOver()) {
      track.winners.incrementAndGet();
    }
  }

  @Test
  void race_fence_nobodyInsideAfterTheCleanAnswer() throws Exception {
    Predicate<Track> call =
        track -> {
          if (!track.state.enter(WRITE)) {
            return false;
          }
          track.inside.incrementAndGet();
          track.broken.compareAndSet(false, track.answered.get());
          track.inside.decrementAndGet();
          track.state.exit(WRITE);
          return true;
        };
    Race.run(
        500,
        Track::new,
        track -> assertFalse(track.broken.get()),
        track -> {
          while (call.test(track)) {
            Thread.onSpinWait();
          }
        },
        track -> {
          while (call.test(track)) {
            Thread.onSpinWait();
          }
        },
        track -> {
          assertTrue(track.state.tryExpire(CLOCK, 0) >= 0);
          while (!track.state.tryAnswerClean()) {
            Thread.onSpinWait();
          }
          track.answered.set(true);
          track.broken.compareAndSet(false, track.inside.get() != 0);
        });
  }
}
