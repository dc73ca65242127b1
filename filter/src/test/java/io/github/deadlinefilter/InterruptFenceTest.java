package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An interrupt of the filter stays inside its run; everybody else's survives it. */
class InterruptFenceTest {
  private final InterruptFence fence = new InterruptFence();

  @AfterEach
  @SuppressWarnings("ResultOfMethodCallIgnored")
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void inside_interrupted_flagIsSeenAndThenTaken() {
    fence.open(Thread.currentThread());
    assertTrue(fence.interrupt());
    assertTrue(Thread.currentThread().isInterrupted());
    fence.close();
    assertFalse(Thread.interrupted());
  }

  @Test
  void outside_interruptDoesNothing() {
    assertFalse(fence.interrupt());
    fence.open(Thread.currentThread());
    fence.close();
    assertFalse(fence.interrupt());
    assertFalse(Thread.interrupted());
  }

  @Test
  void ownInterruptBefore_isGivenBack() {
    fence.open(Thread.currentThread());
    Thread.currentThread().interrupt();
    assertTrue(fence.interrupt());
    fence.close();
    assertTrue(Thread.interrupted());
  }

  @Test
  void ownInterruptAlone_isLeft() {
    fence.open(Thread.currentThread());
    Thread.currentThread().interrupt();
    fence.close();
    assertTrue(Thread.interrupted());
  }

  @Test
  void twice_interruptIsNotTakenForTheApplicationsOwn() {
    fence.open(Thread.currentThread());
    assertTrue(fence.interrupt());
    assertTrue(fence.interrupt());
    fence.close();
    assertFalse(Thread.interrupted());
  }

  @Test
  void openedAgain_forgetsThePassBefore() {
    fence.open(Thread.currentThread());
    Thread.currentThread().interrupt();
    assertTrue(fence.interrupt());
    fence.close();
    assertTrue(Thread.interrupted());
    fence.open(Thread.currentThread());
    assertTrue(fence.interrupt());
    fence.close();
    assertFalse(Thread.interrupted());
  }

  @Test
  void stack_ofTheWorkerWhileInside() {
    assertEquals(List.of(), fence.stack());
    fence.open(Thread.currentThread());
    assertTrue(
        fence.stack().stream()
            .anyMatch(frame -> frame.getClassName().equals(InterruptFenceTest.class.getName())));
    fence.close();
    assertEquals(List.of(), fence.stack());
  }

  private static final class Track {
    final InterruptFence fence = new InterruptFence();
    final AtomicBoolean outlived = new AtomicBoolean();
  }

  @Test
  void race_interruptAgainstClose_neverOutlivesClose() throws Exception {
    Race.run(
        20_000,
        Track::new,
        track -> assertFalse(track.outlived.get()),
        track -> {
          track.fence.open(Thread.currentThread());
          Thread.onSpinWait();
          track.fence.close();
          track.outlived.set(Thread.interrupted());
        },
        track -> track.fence.interrupt());
  }
}
