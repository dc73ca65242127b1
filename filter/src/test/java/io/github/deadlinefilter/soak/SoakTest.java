package io.github.deadlinefilter.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Containers;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Every byte that a user gets is the user's own, or one of the filter's answers; whatever is logged
 * has its reason; and nothing is left over.
 *
 * <p>The containers run side by side, so that a minute is enough for all of them: their filters,
 * threads and tokens are apart, and each line of the log says whose it is. System properties:
 * {@code soak.seconds} (60), {@code soak.requests} of each container (no limit), {@code soak.pause}
 * (how many milliseconds a user waits before its next request at most: 0), {@code soak.only} (the
 * beginning of a container's name: {@code tomcat}), {@code soak.behaviours} (a regular expression
 * for the names of {@link Behaviour}s), and {@code soak.seed}, which decides what is asked for,
 * though not how the threads meet.
 */
class SoakTest {
  private static final long SECONDS = Long.getLong("soak.seconds", 60);
  private static final long REQUESTS = Long.getLong("soak.requests", Long.MAX_VALUE);
  private static final int PAUSE = Integer.getInteger("soak.pause", 0);
  private static final long SEED = Long.getLong("soak.seed", System.currentTimeMillis() / 1_000);

  private static final String ONLY = System.getProperty("soak.only", "");
  private static final List<Containers> KINDS =
      Containers.ALL.stream()
          .filter(kind -> kind.name().toLowerCase(Locale.ROOT).startsWith(ONLY))
          .toList();

  /** Loads every class and fills every pool, before the heap is looked at for the first time. */
  private static final long WARM_UP_REQUESTS = 3_000;

  private static final long MOST_HEAP_GROWTH = 16L << 20;

  /** Coverage is only to be had where a behaviour was asked for often enough. */
  private static final long ENOUGH_REQUESTS = 20_000;

  @Test
  void everyByteIsItsUsersOwn_andNothingIsLeft() throws Exception {
    System.out.println("soak.seed=" + SEED);
    soak(new Soak.Plan(Duration.ofSeconds(60), WARM_UP_REQUESTS, /* pauseMillis= */ 0, ~SEED));
    long before = heap();

    List<Soak> soaks;
    long highest;
    try (var heap = new HighestHeap()) {
      soaks = soak(new Soak.Plan(Duration.ofSeconds(SECONDS), REQUESTS, PAUSE, SEED));
      highest = heap.bytes();
    }
    long after = heap();

    for (Soak soak : soaks) {
      System.out.println(soak);
      if (soak.requests() >= ENOUGH_REQUESTS) {
        assertEquals("", soak.neverSeen(), soak::toString);
      }
    }
    System.out.printf(
        "heap: %d MB before, at most %d MB after a collection, %d MB after; Java %s%n",
        before >> 20, highest >> 20, after >> 20, Runtime.version());
    assertTrue(after - before < MOST_HEAP_GROWTH, "the heap has grown to " + after);
  }

  /** One round on every container. */
  private static List<Soak> soak(Soak.Plan plan) throws Exception {
    var findings = new Findings();
    List<Soak> soaks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (var log = new SoakLog(findings)) {
      log.open();
      for (Containers kind : KINDS) {
        var soak = new Soak(kind, plan, findings, log);
        soaks.add(soak);
        threads.add(start(soak, kind, findings));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      findings.settle();
      System.out.println("accounted for: " + log.accounted());
    }
    assertEquals(
        0,
        findings.count(),
        () ->
            "-Dsoak.seed="
                + plan.seed()
                + "\n"
                + String.join("\n", findings.first())
                + "\n"
                + soaks);
    return soaks;
  }

  private static Thread start(Soak soak, Containers kind, Findings findings) {
    Thread thread =
        new Thread(
            () -> {
              try {
                soak.run();
              } catch (Throwable failure) {
                findings.add(kind + " failed: " + failure);
              }
            },
            "soak " + kind);
    thread.start();
    return thread;
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The most that was in use right after a collection. */
  private static final class HighestHeap implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "soak-heap");
    private volatile long bytes;

    HighestHeap() {
      thread.setDaemon(true);
      thread.start();
    }

    private void watch() {
      try {
        do {
          bytes = Math.max(bytes, afterCollection());
        } while (!closed.await(1, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static long afterCollection() {
      return ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getCollectionUsage)
          .filter(usage -> usage != null)
          .mapToLong(usage -> usage.getUsed())
          .sum();
    }

    long bytes() {
      return bytes;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
