package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The filter's threads take nothing over from the request that happened to start them. */
class ThreadsTest {
  private static final InheritableThreadLocal<@Nullable String> USER =
      new InheritableThreadLocal<>();

  private static @Nullable String userSeenBy(ThreadFactory factory) throws Exception {
    USER.set("alice");
    try {
      FutureTask<@Nullable String> seen = new FutureTask<>(USER::get);
      factory.newThread(seen).start();
      return seen.get(10, TimeUnit.SECONDS);
    } finally {
      USER.remove();
    }
  }

  @Test
  void platform_namedDaemonWithTheApplicationsLoader() {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    ClassLoader application = new ClassLoader(before) {};
    current.setContextClassLoader(application);
    Threads threads = new Threads();
    current.setContextClassLoader(before);

    ThreadFactory factory = threads.named("deadline-x");
    Thread first = factory.newThread(() -> {});
    assertEquals("deadline-x-1", first.getName());
    assertEquals("deadline-x-2", factory.newThread(() -> {}).getName());
    assertTrue(first.isDaemon());
    assertSame(application, first.getContextClassLoader());
  }

  @Test
  void awaitEnd_waitsForThoseThatRun_andNotLongerThanItMay() throws Exception {
    Threads threads = new Threads();
    ThreadFactory factory = threads.named("deadline-x");
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread busy =
        factory.newThread(
            () -> {
              running.countDown();
              boolean ended = false;
              while (!ended) {
                try {
                  end.await();
                  ended = true;
                } catch (InterruptedException e) {
                  // Ends when it is told to.
                }
              }
            });
    factory.newThread(() -> {}); // never started: nobody waits for it
    busy.start();
    running.await();
    threads.awaitEnd(TimeUnit.MILLISECONDS.toNanos(1));
    assertTrue(busy.isAlive());
    end.countDown();
    threads.awaitEnd(TimeUnit.SECONDS.toNanos(10));
    assertEquals(Thread.State.TERMINATED, busy.getState());
  }

  /** As a timer does that has just been told to end. */
  @Test
  void awaitEnd_oneStartsAnotherBeforeItEnds_waitsForThatToo() {
    Threads threads = new Threads();
    ThreadFactory factory = threads.named("deadline-x");
    Thread waiting = Thread.currentThread();
    Runnable untilSomebodyWaits =
        () -> {
          while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
          }
        };
    Thread second = factory.newThread(untilSomebodyWaits);
    Thread first =
        factory.newThread(
            () -> {
              untilSomebodyWaits.run();
              second.start();
            });
    first.start();
    threads.awaitEnd(TimeUnit.SECONDS.toNanos(10));
    assertEquals(Thread.State.TERMINATED, second.getState());
  }

  /** Which starts its threads in a way of its own from Java 21 on. */
  @Test
  void awaitEnd_threadOfAnExecutor_isWaitedFor() throws Exception {
    Threads threads = new Threads();
    Thread waiting = Thread.currentThread();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), threads.named("deadline-x"));
    CompletableFuture<Thread> worker = new CompletableFuture<>();
    pool.execute(
        () -> {
          worker.complete(Thread.currentThread());
          while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
          }
        });
    pool.shutdown();
    Thread started = worker.join(); // without a limit, which the worker would take for awaitEnd
    threads.awaitEnd(TimeUnit.SECONDS.toNanos(10));
    assertEquals(Thread.State.TERMINATED, started.getState());
  }

  @Test
  void platform_inheritsNoThreadLocals() throws Exception {
    assertNull(userSeenBy(new Threads().named("x")));
  }

  @Test
  void virtual_whereTheJvmHasThem_inheritsNoThreadLocals() throws Exception {
    ThreadFactory factory = Threads.virtual("deadline-v");
    assertEquals(Runtime.version().feature() >= 21, factory != null);
    if (factory != null) {
      assertNull(userSeenBy(factory));
      assertTrue(factory.newThread(() -> {}).getName().startsWith("deadline-v-"));
    }
  }
}
