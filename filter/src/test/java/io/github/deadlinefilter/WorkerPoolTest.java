package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is given to the pool runs once, on one of so many threads, if it is prompted. */
class WorkerPoolTest {
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final ThreadFactory factory =
      task -> {
        Thread thread = new Threads().named("pool-test").newThread(task);
        threads.add(thread);
        return thread;
      };

  private WorkerPool pool = new WorkerPool(factory, 2);

  @AfterEach
  void close() throws Exception {
    pool.close();
    Gate.eventually(() -> threads.stream().noneMatch(Thread::isAlive), "all have ended");
  }

  private void give(Runnable run) {
    pool.execute(run);
    pool.prompt(run);
  }

  @Test
  void moreThanThreads_waitForTheFirstThatIsFree() throws Exception {
    var gate = new Gate("the end of the first");
    var begun = new AtomicInteger();
    var done = new AtomicInteger();
    for (int i = 0; i < 5; i++) {
      give(
          () -> {
            begun.incrementAndGet();
            gate.awaitDeaf();
            done.incrementAndGet();
          });
    }
    Gate.eventually(() -> begun.get() == 2, "two have begun");
    assertEquals(2, threads.size());
    gate.open();
    Gate.eventually(() -> done.get() == 5, "all are done");
    assertEquals(2, threads.size());
  }

  private void awaitAsleep() throws Exception {
    Gate.eventually(
        () -> threads.stream().allMatch(one -> one.getState() == Thread.State.TIMED_WAITING),
        "asleep");
  }

  @Test
  void asleep_isWokenByThePrompt() throws Exception {
    for (int i = 1; i <= 3; i++) {
      awaitAsleep();
      var done = new CountDownLatch(1);
      give(done::countDown);
      assertTrue(done.await(20, TimeUnit.SECONDS));
    }
    awaitAsleep();
    assertEquals(1, threads.size());
  }

  /** One that came before it and that nobody prompts is slow: it is not run in its place. */
  @Test
  void prompted_runsAtOnce_whateverElseWaits() throws Exception {
    var slow = new Gate("the end of the slow one");
    var done = new CountDownLatch(1);
    pool.execute(slow::awaitDeaf);
    give(done::countDown);
    assertTrue(done.await(20, TimeUnit.SECONDS));
    slow.open();
  }

  @Test
  void leftInterrupted_theNextIsNot() throws Exception {
    pool = new WorkerPool(factory, 1);
    var seen = new CompletableFuture<Boolean>();
    give(() -> Thread.currentThread().interrupt());
    give(() -> seen.complete(Thread.currentThread().isInterrupted()));
    assertFalse(seen.get(20, TimeUnit.SECONDS));
  }

  @Test
  void interruptedWhileAsleep_goesOn() throws Exception {
    asleep_isWokenByThePrompt();
    threads.forEach(Thread::interrupt);
    asleep_isWokenByThePrompt();
  }

  @Test
  void failing_isNotTheEndOfItsThread() throws Exception {
    give(
        () -> {
          throw new IllegalStateException("a run that fails");
        });
    asleep_isWokenByThePrompt();
  }

  @Test
  void withoutWork_theyEnd_andComeAgain() throws Exception {
    pool = new WorkerPool(factory, 2, TimeUnit.MILLISECONDS.toNanos(1));
    for (int i = 1; i <= 3; i++) {
      var done = new CountDownLatch(1);
      give(done::countDown);
      assertTrue(done.await(20, TimeUnit.SECONDS));
      Gate.eventually(() -> threads.stream().noneMatch(Thread::isAlive), "it has ended");
      assertEquals(i, threads.size());
    }
  }

  @Test
  void closed_takesNoMore_andWhatWasGivenIsDone() throws Exception {
    var gate = new Gate("the end of the first");
    var done = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      give(
          () -> {
            gate.awaitDeaf();
            done.incrementAndGet();
          });
    }
    pool.close();
    assertThrows(RejectedExecutionException.class, () -> pool.execute(() -> {}));
    gate.open();
    Gate.eventually(() -> done.get() == 4, "what was given");
  }

  @Test
  void noThreadToBeHad_isThrown_andTheRunIsGivenBack() {
    pool =
        new WorkerPool(
            task ->
                new Thread(task) {
                  @Override
                  public synchronized void start() {
                    throw new OutOfMemoryError("unable to create native thread");
                  }
                },
            2);
    Runnable run = () -> {};
    pool.execute(run);
    for (int i = 0; i < 5; i++) { // none of them counts as alive
      assertThrows(OutOfMemoryError.class, () -> pool.prompt(run));
      pool.execute(run);
    }
  }

  /** Givers that come when workers go to sleep, are on their way, or end. */
  @Test
  void manyGivers_nothingIsLost_andNothingRunsTwice() throws Exception {
    pool = new WorkerPool(factory, 3, TimeUnit.MICROSECONDS.toNanos(50));
    int each = 20_000;
    var ran = new AtomicInteger();
    List<Thread> givers =
        List.of(1, 2, 3, 4).stream()
            .map(
                number ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < each; i++) {
                            var done = new CountDownLatch(1);
                            give(
                                () -> {
                                  ran.incrementAndGet();
                                  done.countDown();
                                });
                            if (i % number == 0) {
                              await(done);
                            }
                          }
                        }))
            .toList();
    givers.forEach(Thread::start);
    for (Thread giver : givers) {
      giver.join();
    }
    Gate.eventually(() -> ran.get() >= 4 * each, "all that was given");
    assertEquals(4 * each, ran.get());
  }

  private static void await(CountDownLatch done) {
    try {
      if (!done.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("a run was lost");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
