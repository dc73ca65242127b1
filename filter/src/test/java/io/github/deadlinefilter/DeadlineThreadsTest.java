package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A deadline whose work is done by more than one thread, and by threads that are waited for. */
class DeadlineThreadsTest {
  private final ExecutorService others = Executors.newCachedThreadPool();
  private final ManualClockwork clockwork = new ManualClockwork(new ManualTicker(), others, others);
  private final RequestDeadline request =
      new RequestDeadline(clockwork, "GET /x", Duration.ofSeconds(10).toNanos());

  @BeforeEach
  void begin() {
    Deadline.replaceCurrent(request);
  }

  @AfterEach
  void nothingIsLeftBehind() throws InterruptedException {
    assertSame(request, Deadline.replaceCurrent(null));
    assertFalse(Thread.interrupted());
    others.shutdown();
    assertTrue(others.awaitTermination(20, TimeUnit.SECONDS));
    assertEquals(0, clockwork.alarms());
  }

  private void pass(int seconds) {
    clockwork.advance(Duration.ofSeconds(seconds));
  }

  // ---- wrap

  @Test
  void wrapped_knowsTheDeadline_andLeavesNothingOnItsThread() throws Exception {
    Callable<Duration> task = Deadline.wrapCall(() -> Deadline.current().remaining());
    Callable<Deadline> after = Deadline::current;
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      assertEquals(Duration.ofSeconds(10), one.submit(task).get());
      assertSame(Deadline.NONE, one.submit(after).get());
    } finally {
      one.shutdown();
    }
  }

  @Test
  void wrapped_deadlinePasses_isInterruptedThere() throws Exception {
    Gate inside = new Gate("inside");
    Gate never = new Gate("never opened");
    Future<?> task =
        others.submit(
            Deadline.wrapCall(
                () -> {
                  inside.open();
                  never.await();
                  return "never";
                }));
    inside.await();
    request.cancelAll(/* interrupts= */ true);
    var thrown = assertThrows(ExecutionException.class, task::get);
    assertInstanceOf(InterruptedException.class, thrown.getCause());
  }

  @Test
  void wrapped_routeThatDoesNotInterrupt_isNotInterruptedThere() throws Exception {
    Gate inside = new Gate("inside");
    Gate told = new Gate("told");
    Gate go = new Gate("go");
    Future<Boolean> task =
        others.submit(
            Deadline.wrapCall(
                () -> {
                  Deadline.current().onExpire(told::open);
                  inside.open();
                  go.await();
                  return Thread.currentThread().isInterrupted();
                }));
    inside.await();
    request.cancelAll(/* interrupts= */ false);
    told.await();
    go.open();
    assertFalse(task.get());
  }

  @Test
  void wrapped_beginsTooLate_doesNotRun() throws Exception {
    List<String> run = new ArrayList<>();
    ExecutorService wrapped = Deadline.wrap(others);
    Runnable task = Deadline.wrap(() -> run.add("run"));
    Callable<Future<String>> later = () -> wrapped.submit(() -> "run");
    pass(10);
    assertThrows(DeadlineExceededException.class, task::run);
    var thrown = assertThrows(ExecutionException.class, () -> later.call().get());
    assertInstanceOf(DeadlineExceededException.class, thrown.getCause());
    assertEquals(List.of(), run);
  }

  @Test
  void wrappedExecutor_everyWayToGiveATask_knowsTheDeadline() throws Exception {
    ExecutorService wrapped = Deadline.wrap(others);
    Callable<String> task = () -> Deadline.current().remaining().toString();
    assertEquals("PT10S", wrapped.submit(task).get());
    assertEquals("PT10S", wrapped.invokeAny(List.of(task)));
    assertEquals("PT10S", wrapped.invokeAll(List.of(task)).get(0).get());
    AtomicReference<Duration> seen = new AtomicReference<>();
    wrapped.submit(() -> seen.set(Deadline.current().remaining())).get();
    assertEquals(Duration.ofSeconds(10), seen.getAndSet(null));
    wrapped.execute(() -> seen.set(Deadline.current().remaining()));
    Gate.eventually(() -> seen.get() != null, "the executed task");
    assertFalse(wrapped.isShutdown());
  }

  // ---- abandon

  @Test
  void abandon_inTime_returnsAndThrowsWhatTheWorkDoes() throws Exception {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    ClassLoader loader = new ClassLoader() {};
    caller.setContextClassLoader(loader);
    try {
      assertEquals(
          "result",
          Deadline.call(
              Duration.ofSeconds(5),
              Enforcement.ABANDON,
              () -> {
                assertNotSame(caller, Thread.currentThread());
                assertSame(loader, Thread.currentThread().getContextClassLoader());
                assertEquals(Duration.ofSeconds(5), Deadline.current().remaining());
                return "result";
              }));
    } finally {
      caller.setContextClassLoader(before);
    }
    IllegalStateException own = new IllegalStateException("own");
    assertSame(
        own,
        assertThrows(
            IllegalStateException.class,
            () ->
                Deadline.run(
                    Duration.ofSeconds(5),
                    Enforcement.ABANDON,
                    () -> {
                      throw own;
                    })));
  }

  @Test
  void abandon_late_callerMovesOn_andTheWorkIsNotInterrupted() throws Exception {
    Gate told = new Gate("told");
    Gate go = new Gate("go");
    var interrupted = new CompletableFuture<Boolean>();
    boolean inTime =
        Deadline.tryRun(
            Duration.ofSeconds(2),
            Enforcement.ABANDON,
            () -> {
              Deadline.current().onExpire(told::open);
              pass(3);
              interrupted.complete(go.awaitDeaf() > 0);
            });
    assertFalse(inTime);
    told.await();
    go.open();
    assertFalse(interrupted.get());
  }

  @Test
  void abandon_whatIsOutsideIsOver_throwsThatOnesException() {
    Gate go = new Gate("go");
    request.shorten(Duration.ofSeconds(1));
    var thrown =
        assertThrows(
            DeadlineExceededException.class,
            () ->
                Deadline.tryRun(
                    Duration.ofSeconds(5),
                    Enforcement.ABANDON,
                    () -> {
                      pass(1);
                      Deadline.current().onExpire(() -> {}).close();
                      go.awaitDeaf();
                    }));
    go.open();
    assertEquals("GET /x", thrown.route());
  }

  @Test
  void abandon_callerIsInterrupted_theWorkIs() {
    Thread caller = Thread.currentThread();
    assertThrows(
        InterruptedException.class,
        () ->
            Deadline.run(
                Duration.ofSeconds(5),
                Enforcement.ABANDON,
                () -> {
                  caller.interrupt();
                  new Gate("never opened").await();
                }));
  }

  private static void spinUntilInterrupted() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  /** It is the application's, and it goes on as if it had done the work itself. */
  @Test
  void abandon_callerIsInterrupted_workThatDoesNotNotice_callerHasIt() throws Exception {
    Thread caller = Thread.currentThread();
    assertFalse(
        Deadline.tryRun(
            Duration.ofSeconds(5),
            Enforcement.ABANDON,
            () -> {
              caller.interrupt();
              spinUntilInterrupted();
              pass(5);
            }));
    assertTrue(Thread.interrupted(), "left behind");
    assertEquals(
        "result",
        Deadline.call(
            Duration.ofSeconds(1),
            Enforcement.ABANDON,
            () -> {
              caller.interrupt();
              spinUntilInterrupted();
              return "result";
            }));
    assertTrue(Thread.interrupted(), "in time");
  }

  @Test
  void abandon_callerIsInterrupted_workThatHasDealtWithIt_callerHasItNot() throws Exception {
    Thread caller = Thread.currentThread();
    boolean taken =
        Deadline.call(
            Duration.ofSeconds(5),
            Enforcement.ABANDON,
            () -> {
              caller.interrupt();
              spinUntilInterrupted();
              return Thread.interrupted();
            });
    assertTrue(taken);
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void abandon_tooManyAreInside_isRefused() throws Exception {
    Gate go = new Gate("go");
    try (AbandonedWorkers workers = new AbandonedWorkers(Thread::new)) {
      for (int i = 0; i < AbandonedWorkers.MOST; i++) {
        workers.execute(go::awaitDeaf);
      }
      var thrown = assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> {}));
      assertEquals(
          "200 actions that were to be abandoned at their deadline are running already",
          thrown.getMessage());
      go.open();
    }
  }

  /** For want of memory. */
  @Test
  void abandon_workCannotBegin_itsThreadIsAsItWas() throws Exception {
    assertItsThreadIsAsItWas(
        /* outOfThreads= */ true,
        OutOfMemoryError.class,
        () -> Deadline.call(Duration.ofMillis(1), Enforcement.ABANDON, () -> "never"));
  }

  @Test
  void abandon_workLeavesAScopeOpen_itsThreadIsAsItWas() throws Exception {
    assertItsThreadIsAsItWas(
        /* outOfThreads= */ false,
        IllegalStateException.class,
        () ->
            Deadline.call(
                Duration.ofMillis(1),
                Enforcement.ABANDON,
                () -> Deadline.within(Duration.ofMillis(1))));
  }

  /** Somebody else's work is the next on that thread. */
  private void assertItsThreadIsAsItWas(
      boolean outOfThreads, Class<? extends Throwable> thrown, Executable call) throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    ManualClockwork itsClockwork = new ManualClockwork(new ManualTicker(), others, one);
    itsClockwork.outOfThreads = outOfThreads;
    Deadline.replaceCurrent(new RequestDeadline(itsClockwork, "GET /y", 1_000_000_000));
    try {
      one.submit(() -> Thread.currentThread().setContextClassLoader(null)).get();
      assertThrows(thrown, call);
      assertNull(one.submit(() -> Thread.currentThread().getContextClassLoader()).get());
    } finally {
      Deadline.replaceCurrent(request);
      one.shutdownNow();
    }
  }

  // ---- await

  @Test
  void await_inTime_isTheResult() throws Exception {
    assertEquals("x", request.await(CompletableFuture.completedFuture("x")));
    assertEquals("x", Deadline.NONE.await(CompletableFuture.completedFuture("x")));
    IllegalStateException own = new IllegalStateException("own");
    var thrown =
        assertThrows(
            ExecutionException.class, () -> request.await(CompletableFuture.failedFuture(own)));
    assertSame(own, thrown.getCause());
  }

  @Test
  void await_deadlinePasses_cancelsTheFuture() {
    var future = new CompletableFuture<String>();
    Thread waiting = Thread.currentThread();
    others.execute(
        () -> {
          awaitWaiting(waiting);
          pass(10);
          request.cancelAll(/* interrupts= */ false);
        });
    assertThrows(DeadlineExceededException.class, () -> request.await(future));
    assertTrue(future.isCancelled());
  }

  private static void awaitWaiting(Thread thread) {
    try {
      Gate.eventually(() -> thread.getState() == Thread.State.TIMED_WAITING, "somebody waits");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void await_overAlready_cancelsTheFutureWithoutWaiting() {
    pass(10);
    var future = new CompletableFuture<String>();
    assertThrows(DeadlineExceededException.class, () -> request.await(future));
    assertTrue(future.isCancelled());
  }

  @Test
  void await_interruptedInTime_isTheInterruptItself() {
    var future = new CompletableFuture<String>();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> request.await(future));
    assertFalse(future.isDone(), "it goes on, as after Future.get");
  }

  /** Nobody is interrupted by a deadline that only tells: it is the application's own. */
  @Test
  void await_interruptedAtTheEndByTheApplication_isTheInterruptItself() {
    var future = new CompletableFuture<String>();
    Thread waiting = Thread.currentThread();
    others.execute(
        () -> {
          awaitWaiting(waiting);
          clockwork.ticker.advance(Duration.ofSeconds(10));
          waiting.interrupt();
        });
    assertThrows(InterruptedException.class, () -> request.await(future));
    assertFalse(future.isDone());
  }

  @Test
  void await_interruptedByTheDeadline_isTheDeadlines() {
    var future = new CompletableFuture<String>();
    Thread waiting = Thread.currentThread();
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(5))) {
      others.execute(
          () -> {
            awaitWaiting(waiting);
            pass(5);
          });
      assertThrows(DeadlineExceededException.class, () -> scope.await(future));
    }
    assertTrue(future.isCancelled());
  }

  @Test
  void await_cancelledBySomebodyElse_isThat() {
    var future = new CompletableFuture<String>();
    future.cancel(true);
    assertThrows(CancellationException.class, () -> request.await(future));
  }

  // ---- outside any request

  @Test
  void scope_outsideAnyRequest_isInterruptedByAThreadThatEnds() throws Exception {
    Deadline.replaceCurrent(null);
    try {
      assertFalse(Deadline.tryRun(Duration.ofMillis(20), () -> new Gate("never opened").await()));
      assertFalse(
          Deadline.tryRun(Duration.ofMillis(20), Enforcement.ABANDON, () -> new Gate("x").await()));
      assertSame(Deadline.NONE, Deadline.current());
    } finally {
      Deadline.replaceCurrent(request);
    }
  }

  // ---- what more than one thread may not do

  @Test
  void wrapped_extends_isTheRequests() throws Exception {
    others.submit(Deadline.wrap(() -> Deadline.current().extend(Duration.ofSeconds(5)))).get();
    assertEquals(Duration.ofSeconds(15), request.remaining());
  }

  /** It was given inside a scope that has ended, and still works for the request. */
  @Test
  void wrapped_outlivesItsScope_isToldByTheRequest() throws Exception {
    Gate inside = new Gate("inside");
    Gate told = new Gate("told");
    Callable<String> part =
        () -> {
          Deadline.current().onExpire(told::open);
          inside.open();
          new Gate("never opened").await();
          return "never";
        };
    Future<String> task =
        Deadline.call(Duration.ofSeconds(5), () -> others.submit(Deadline.wrapCall(part)));
    inside.await();
    request.cancelAll(/* interrupts= */ true);
    told.await();
    assertInstanceOf(
        InterruptedException.class, assertThrows(ExecutionException.class, task::get).getCause());
  }

  /** A thread of one request does what another waits for, and both expire. */
  @Test
  void wrapped_runInsideAnotherRequest_leavesThatOnesInterruptAlone() throws Exception {
    Runnable foreign =
        Deadline.wrap(
            () -> {
              request.cancelAll(/* interrupts= */ true);
              assertTrue(Thread.currentThread().isInterrupted());
            });
    RequestDeadline other =
        new RequestDeadline(clockwork, "GET /other", Duration.ofSeconds(20).toNanos());
    Deadline.replaceCurrent(other);
    try (DeadlineScope own = Deadline.within(Duration.ofSeconds(1))) {
      foreign.run();
      assertFalse(Thread.currentThread().isInterrupted());
      pass(1);
      assertTrue(Thread.currentThread().isInterrupted());
      foreign.run();
      assertTrue(Thread.currentThread().isInterrupted(), "it is this scope's");
      assertTrue(own.hasFired());
    } finally {
      Deadline.replaceCurrent(request);
    }
  }

  @Test
  void abandon_shortenedFromInside_callerMovesOnThen() throws Exception {
    Gate go = new Gate("go");
    boolean inTime =
        Deadline.tryRun(
            Duration.ofSeconds(9),
            Enforcement.ABANDON,
            () -> {
              assertTrue(Deadline.current().shorten(Duration.ofSeconds(1)));
              pass(1);
              go.awaitDeaf();
            });
    go.open();
    assertFalse(inTime); // and not by the clock of the machine
  }
}
