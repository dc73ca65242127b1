package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An interrupt does not reach a worker while anybody is inside a read or a write of the container:
 * it would break off what the container does there, for other requests as well.
 */
class DeferredInterruptTest {
  private final RequestRun run = BareServlet.run((request, response) -> {});

  private boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  @AfterEach
  @SuppressWarnings("ResultOfMethodCallIgnored")
  void clearInterrupt() {
    Thread.interrupted();
  }

  private void expire() {
    run.interrupts.open(Thread.currentThread());
    assertTrue(run.begin());
  }

  @ParameterizedTest
  @ValueSource(longs = {RunState.READ, RunState.WRITE})
  void insideATransfer_isInterruptedWhenItIsOver(long unit) {
    expire();
    assertTrue(run.enter(unit));
    assertTrue(run.enter(unit));
    assertTrue(run.tryExpire(1 << RunState.RUNNING, 0) >= 0);
    run.interruptOutside();
    assertFalse(isInterrupted());
    run.exit(unit);
    assertFalse(isInterrupted(), "another one is inside");
    run.exit(unit);
    assertTrue(isInterrupted());
  }

  @Test
  void insideAnotherCall_isInterruptedAtOnce() {
    expire();
    assertTrue(run.enter(RunState.CALL));
    assertTrue(run.enter(RunState.HEAD));
    assertTrue(run.tryExpire(1 << RunState.RUNNING, 0) >= 0);
    run.interruptOutside();
    assertTrue(isInterrupted());
  }

  @Test
  void once_andNotAgainWithEachThatLeaves() {
    expire();
    assertTrue(run.enter(RunState.CALL));
    assertTrue(run.tryExpire(1 << RunState.RUNNING, 0) >= 0);
    run.interruptOutside();
    assertTrue(Thread.interrupted());
    run.exit(RunState.CALL);
    assertFalse(isInterrupted());
  }

  /** On a busy machine a reader may not have come to its wait when the deadline does. */
  @Test
  void aboutToWaitForItsClient_isInterruptedThere() throws Exception {
    var inside = new CountDownLatch(1);
    var mayWait = new AtomicBoolean();
    var heard = new AtomicBoolean();
    Thread reader =
        new Thread(
            () -> {
              run.interrupts.open(Thread.currentThread());
              assertTrue(run.enter(RunState.READ));
              inside.countDown();
              while (!mayWait.get()) {
                Thread.onSpinWait();
              }
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                heard.set(true);
              }
              run.exit(RunState.READ);
              run.interrupts.close();
            });
    assertTrue(run.begin());
    reader.start();
    inside.await();
    assertTrue(run.tryExpire(1 << RunState.RUNNING, 0) >= 0);

    var interrupt =
        new WorkerInterrupt(
            run,
            new ContainerQuirks(),
            new InterruptOutcomes(),
            new RateLimit(Ticker.SYSTEM, Duration.ofSeconds(1), 1),
            new Repeats((nanos, task) -> {}, /* everyNanos= */ 0));
    interrupt.run();
    assertFalse(reader.isInterrupted(), "it may be moving bytes");
    mayWait.set(true);
    while (reader.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    interrupt.run();
    reader.join();
    assertTrue(heard.get());
  }

  /** The request goes on, and so would whatever its container has broken off there. */
  @Test
  void insideATransfer_aScopeOfTheApplicationsOwn_interruptsWhenItIsOver() {
    ManualClockwork clockwork = (ManualClockwork) run.deadline.clockwork();
    run.interrupts.open(Thread.currentThread());
    assertTrue(run.begin());
    Deadline.replaceCurrent(run.deadline);
    DeadlineScope scope = Deadline.within(Duration.ofSeconds(1));
    run.writing(
        () -> {
          clockwork.advance(Duration.ofSeconds(1));
          assertFalse(isInterrupted());
        });
    assertTrue(isInterrupted());
    run.<String, RuntimeException>read(
        () -> {
          assertFalse(isInterrupted(), "and it does not come into the next one");
          return "";
        });
    assertTrue(isInterrupted());
    scope.close();
    Deadline.replaceCurrent(null);
    assertFalse(isInterrupted());
    run.interrupts.close();
  }
}
