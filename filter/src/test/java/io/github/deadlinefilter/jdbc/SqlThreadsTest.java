package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All threads for aborts are taken by databases that do not answer. */
@Timeout(20)
class SqlThreadsTest {
  private final CountDownLatch answers = new CountDownLatch(1);
  private final CountDownLatch back = new CountDownLatch(SqlThreads.MOST_ABORTS);

  @BeforeEach
  void takeAll() throws Exception {
    CountDownLatch taken = new CountDownLatch(SqlThreads.MOST_ABORTS);
    for (int i = 0; i < SqlThreads.MOST_ABORTS; i++) {
      SqlThreads.abort(
          () -> true,
          () -> {
            taken.countDown();
            await(answers);
            back.countDown();
          });
    }
    taken.await();
  }

  @AfterEach
  void giveBack() {
    answers.countDown();
    await(back);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anotherAbort_waits_andHoldsUpNeitherItsCallerNorTheTimer() throws Exception {
    CompletableFuture<Thread> timer = new CompletableFuture<>();
    CompletableFuture<Thread> aborted = new CompletableFuture<>();
    Thread caller = Thread.currentThread();
    SqlThreads.abort(
        () -> {
          if (Thread.currentThread() != caller && !timer.isDone()) {
            timer.complete(Thread.currentThread());
          }
          return true;
        },
        () -> aborted.complete(Thread.currentThread()));
    CountDownLatch goesOn = new CountDownLatch(3);
    SqlThreads.abortIn(
        0,
        () -> {
          goesOn.countDown();
          return goesOn.getCount() > 0;
        },
        () -> {});
    goesOn.await(); // it has been looked at again and again, by the one timer
    assertFalse(aborted.isDone());
    answers.countDown();
    assertNotSame(timer.get(), aborted.get());
    assertNotSame(caller, aborted.get());
  }

  @Test
  void anotherAbort_itsCallEndsMeanwhile_takesNoThread() throws Exception {
    AtomicBoolean inside = new AtomicBoolean(true);
    AtomicInteger aborts = new AtomicInteger();
    CountDownLatch looked = new CountDownLatch(1);
    SqlThreads.abort(
        () -> {
          boolean was = inside.getAndSet(false);
          if (!was) {
            looked.countDown();
          }
          return was;
        },
        aborts::incrementAndGet);
    looked.await();
    answers.countDown();
    await(back);
    assertEquals(0, aborts.get());
  }

  @Test
  void loginsAndCancellations_allAbortsBlock_haveTheirThreads() throws Exception {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    assertTrue(SqlThreads.start(() -> ran.complete(Thread.currentThread())));
    assertNotSame(Thread.currentThread(), ran.get());
  }
}
