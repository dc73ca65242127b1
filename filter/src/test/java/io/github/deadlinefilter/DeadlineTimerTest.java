package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineTimerTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();

  private final ManualTicker ticker = new ManualTicker();
  private final DeadlineTimer timer = new DeadlineTimer(new Threads(), ticker);
  private final List<String> rung = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    timer.close();
  }

  private DeadlineTimer.Alarm in(Duration time, String name) {
    return timer.in(time.toNanos(), () -> rung.add(name));
  }

  private void pass(Duration time) {
    ticker.advance(time);
    timer.wake();
  }

  /** The timer's thread. */
  private Thread ringer() throws Exception {
    var found = new CompletableFuture<Thread>();
    timer.in(0, () -> found.complete(Thread.currentThread()));
    timer.wake();
    return found.get(20, TimeUnit.SECONDS);
  }

  private void awaitRung(String... names) throws Exception {
    Gate.eventually(() -> rung.equals(List.of(names)), List.of(names) + " and not " + rung);
  }

  @Test
  void rings_whenItIsDue_andNotBefore() throws Exception {
    in(Duration.ofMillis(10), "10 ms");
    in(Duration.ofSeconds(30), "30 s");
    in(Duration.ofHours(10), "10 h");
    pass(Duration.ofMillis(9));
    in(Duration.ofMillis(0), "at once");
    awaitRung("at once");
    pass(Duration.ofMillis(1));
    awaitRung("at once", "10 ms");
    pass(Duration.ofMillis(29_989));
    in(Duration.ofNanos(-1), "long ago");
    awaitRung("at once", "10 ms", "long ago");
    pass(Duration.ofMillis(1));
    awaitRung("at once", "10 ms", "long ago", "30 s");
    pass(Duration.ofHours(10));
    awaitRung("at once", "10 ms", "long ago", "30 s", "10 h");
  }

  @Test
  void cancelled_doesNotRing() throws Exception {
    DeadlineTimer.Alarm first = in(Duration.ofSeconds(1), "first");
    DeadlineTimer.Alarm second = in(Duration.ofSeconds(1), "second");
    DeadlineTimer.Alarm third = in(Duration.ofSeconds(1), "third");
    second.cancel();
    second.cancel();
    first.cancel();
    in(Duration.ofSeconds(2), "last");
    pass(Duration.ofSeconds(2));
    Gate.eventually(() -> rung.size() == 2, "two");
    third.cancel();
    assertEquals(List.of("last", "third"), rung.stream().sorted().toList());
  }

  @Test
  void oneThatThrows_takesNobodyWithIt() throws Exception {
    timer.in(
        1,
        () -> {
          throw new IllegalStateException("an alarm that fails");
        });
    in(Duration.ofNanos(1), "same slot");
    in(Duration.ofSeconds(1), "later");
    pass(Duration.ofSeconds(1));
    Gate.eventually(() -> rung.size() == 2, "both");
  }

  @Test
  void noTime_neverRings_andClosedNeitherDoesAnything() throws Exception {
    timer.in(Long.MAX_VALUE, () -> rung.add("never"));
    in(Duration.ofSeconds(1), "second");
    pass(Duration.ofHours(100));
    awaitRung("second");
    Thread ringer = ringer();
    timer.close();
    in(Duration.ZERO, "too late");
    Gate.eventually(() -> !ringer.isAlive(), "the timer's thread has ended");
    assertEquals(List.of("second"), rung);
  }

  @Test
  void interrupted_goesOn() throws Exception {
    ringer().interrupt();
    in(Duration.ofSeconds(1), "after");
    pass(Duration.ofSeconds(1));
    awaitRung("after");
  }

  /** By the machine's clock: set and cancelled by many while the hand turns, none is lost. */
  @Test
  void many_setAndCancelledAllAtOnce_eachRingsOnceOrIsCancelled() throws Exception {
    int threads = 4;
    int each = 20_000;
    AtomicInteger rang = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    AtomicInteger kept = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(threads);
    try (DeadlineTimer real = new DeadlineTimer(new Threads())) {
      for (int t = 0; t < threads; t++) {
        Random random = new Random(t);
        new Thread(
                () -> {
                  for (int i = 0; i < each; i++) {
                    long nanos = random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(12));
                    if (i % 4 == 0) {
                      kept.incrementAndGet();
                      long due = System.nanoTime() + nanos;
                      real.in(
                          nanos,
                          () -> {
                            rang.incrementAndGet();
                            if (System.nanoTime() - due > TimeUnit.SECONDS.toNanos(2)) {
                              late.incrementAndGet();
                            }
                          });
                    } else {
                      real.in(nanos + HOUR, () -> rang.addAndGet(1_000_000)).cancel();
                    }
                    if (i % 100 == 0) {
                      LockSupport.parkNanos(100_000);
                    }
                  }
                  done.countDown();
                })
            .start();
      }
      assertTrue(done.await(60, TimeUnit.SECONDS));
      Gate.eventually(() -> rang.get() >= kept.get(), "all that were kept have rung");
      assertEquals(kept.get(), rang.get());
      assertEquals(0, late.get(), "none waited for another round of the wheel");
    }
  }

  /** Where there is no memory for the one, there may be none for the other. */
  @Test
  void alarmFails_andTheLogFails_theOthersRing() throws Exception {
    Logger logger = Logger.getLogger("io.github.deadlinefilter");
    Handler failing =
        new StreamHandler() {
          @Override
          public synchronized void publish(LogRecord record) {
            throw new OutOfMemoryError("on purpose");
          }
        };
    logger.addHandler(failing);
    try {
      timer.in(
          0,
          () -> {
            throw new OutOfMemoryError("on purpose");
          });
      in(Duration.ZERO, "the next");
      timer.wake();
      awaitRung("the next");
    } finally {
      logger.removeHandler(failing);
    }
  }
}
