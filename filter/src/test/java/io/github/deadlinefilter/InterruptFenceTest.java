package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
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

  @Test
  void waiting_isKnownFromBusy() throws Exception {
    assertFalse(fence.isWaiting(/* inNative= */ true), "nobody is inside");
    CountDownLatch end = new CountDownLatch(1);
    waitsWhile(() -> awaitDeaf(end), /* inNative= */ false);
    end.countDown();
  }

  /** A native wait, which does not show in the state of a thread. */
  @Test
  void waitingForAChannel_isKnownFromBusy() throws Exception {
    try (Selector selector = Selector.open()) {
      waitsWhile(
          () -> {
            try {
              selector.select();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          /* inNative= */ true);
      selector.wakeup();
    }
  }

  /** As above. */
  @Test
  void waitingForASocket_isKnownFromBusy() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket peer = server.accept()) {
      waitsWhile(
          () -> {
            try {
              assertEquals('x', client.getInputStream().read());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          /* inNative= */ true);
      peer.getOutputStream().write('x');
    }
  }

  /**
   * Whoever holds the lock, or has the permit, will let it go on: it is not blocked on a client.
   */
  @Test
  void waitingForItsTurn_isNotWaiting() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    assertIsNotWaiting(lock::lock);
    assertIsNotWaiting(new Semaphore(0)::acquireUninterruptibly);
  }

  private static void assertIsNotWaiting(Runnable turn) throws Exception {
    var fence = new InterruptFence();
    var worker =
        new Thread(
            () -> {
              fence.open(Thread.currentThread());
              turn.run();
            });
    worker.setDaemon(true);
    worker.start();
    Gate.eventually(() -> worker.getState() == Thread.State.WAITING, "it waits for its turn");
    assertFalse(fence.isWaiting(/* inNative= */ true));
  }

  private void waitsWhile(Runnable waiting, boolean inNative) throws Exception {
    AtomicBoolean busy = new AtomicBoolean(true);
    CountDownLatch inside = new CountDownLatch(1);
    Thread worker =
        new Thread(
            () -> {
              fence.open(Thread.currentThread());
              inside.countDown();
              while (busy.get()) {
                Thread.onSpinWait();
              }
              waiting.run();
              fence.close();
            });
    worker.setDaemon(true);
    worker.start();
    inside.await();
    assertFalse(fence.isWaiting(/* inNative= */ true));
    busy.set(false);
    Gate.eventually(() -> fence.isWaiting(inNative), "the worker waits");
  }

  private static void awaitDeaf(CountDownLatch latch) {
    boolean ended = false;
    while (!ended) {
      try {
        latch.await();
        ended = true;
      } catch (InterruptedException e) {
        // Ends when it is told to.
      }
    }
  }
}
