package io.github.deadlinefilter.overload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Application;
import io.github.deadlinefilter.contract.Combination;
import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten times the requests that a route has workers for, for a minute: the other routes do not feel
 * it, nobody gets an error but ours, and it is over when the load is.
 */
@ParameterizedClass
@MethodSource("containers")
class OverloadTest {
  private static final Duration LOAD =
      Duration.ofSeconds(Integer.getInteger("overload.seconds", 60));
  private static final Duration ALONE = Duration.ofSeconds(10);

  private static final int WORKERS = 20;
  private static final int SLOW_WORKERS = 10;
  private static final long SLOW_MILLIS = 500;
  private static final Duration SLOW_DEADLINE = Duration.ofSeconds(1);

  /** Of the answers to two requests, beyond the deadline of one and the time of the other. */
  private static final Duration LATENESS = Duration.ofMillis(250);

  /** Ten times as often as {@link #SLOW_WORKERS} can. */
  private static final long SLOW_EVERY =
      TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS) / SLOW_WORKERS / 10;

  /** As many as have a worker each. */
  private static final int HEALTHY_CLIENTS = WORKERS - SLOW_WORKERS;

  private static final long HEALTHY_MILLIS = 10;

  /** In the container's own page, or past a worker that stays in ours. */
  private static final Pattern REASON = Pattern.compile("[Rr]eason:? ([a-z-]+)[,\n]");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final Map<String, LongAdder> slow = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> healthy = new ConcurrentHashMap<>();

  static List<Combination> containers() {
    return Combination.kinds().stream()
        .filter(one -> one.container() != Containers.UNDERTOW)
        .toList();
  }

  private static void wait(HttpServletResponse response, long millis) throws Exception {
    Thread.sleep(millis);
    response.getOutputStream().print("done");
  }

  @Test
  void tenTimesTheLoad_healthyRoutesGoOn_nobodyElsesErrors_andItIsOverAtOnce() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("workers", String.valueOf(WORKERS))
                    .route("/slow = 1s max=" + SLOW_WORKERS + " queue=" + SLOW_WORKERS)
                    .route("/healthy = 2s")
                    .build())
            .servlet("/slow", (request, response) -> wait(response, SLOW_MILLIS))
            .servlet("/healthy", (request, response) -> wait(response, HEALTHY_MILLIS));
    try (TestContainer container = setup.start(app, setup.options().withThreads(64))) {
      useHealthy(container, Duration.ofSeconds(5)); // warm
      double capacity = useHealthy(container, ALONE);
      healthy.clear();
      var load = new AtomicBoolean(true);
      Thread loader = new Thread(() -> useSlow(container, load), "load");
      loader.start();
      double goodput = useHealthy(container, LOAD);
      load.set(false);
      assertWellAgain(container);
      loader.join();
      System.out.printf(
          "overload, %s: healthy %.0f/s alone, %.0f/s under load (%.2f); slow %s%n",
          setup, capacity, goodput, goodput / capacity, slow);
      assertEquals(List.of("200"), List.copyOf(healthy.keySet()), healthy::toString);
      assertTrue(goodput >= 0.9 * capacity, goodput + " of " + capacity);
      assertTrue(
          List.of("200", "route-full", "expired", "expired-in-queue").containsAll(slow.keySet()),
          slow::toString);
      assertTrue(slow.containsKey("route-full"), "the others, at once: " + slow);
      assertNoPlaceWasLost();
      assertLoad();
    }
  }

  /** Without a limit of its own one route has all workers, and the others wait with it. */
  @Test
  void tenTimesTheLoadOfAllWorkers_nobodyElsesErrors_andItIsOverAtOnce() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("workers", String.valueOf(SLOW_WORKERS))
                    .set("queue", String.valueOf(SLOW_WORKERS))
                    .route("/slow = 1s")
                    .build())
            .servlet("/slow", (request, response) -> wait(response, SLOW_MILLIS));
    try (TestContainer container = setup.start(app, setup.options().withThreads(64))) {
      ask(container, "/slow"); // the first request of a container takes long
      var load = new AtomicBoolean(true);
      Thread loader = new Thread(() -> useSlow(container, load), "load");
      loader.start();
      TimeUnit.NANOSECONDS.sleep(LOAD.toNanos());
      load.set(false);
      assertWellAgain(container);
      loader.join();
      System.out.printf("overload of all workers, %s: %s%n", setup, slow);
      assertTrue(
          List.of("200", "queue-full", "expired", "expired-in-queue").containsAll(slow.keySet()),
          slow::toString);
      assertTrue(slow.containsKey("queue-full"), "the others, at once: " + slow);
      assertNoPlaceWasLost();
      assertLoad();
    }
  }

  /** As many were at work as there is room for, those among them that their deadline cut too. */
  private void assertNoPlaceWasLost() {
    long begun = count("200") + count("expired");
    assertTrue(begun >= 0.9 * LOAD.toMillis() / SLOW_MILLIS * SLOW_WORKERS, slow::toString);
  }

  private long count(String what) {
    LongAdder count = slow.get(what);
    return count == null ? 0 : count.sum();
  }

  /** It was as much as it was to be. */
  private void assertLoad() {
    long asked = slow.values().stream().mapToLong(Number::longValue).sum();
    assertTrue(asked >= 0.95 * LOAD.toNanos() / SLOW_EVERY, slow::toString);
  }

  /**
   * From now on: the first that is asked may still expire behind those that wait, and the next one
   * has to be answered, in the time that the route takes by itself.
   */
  private static void assertWellAgain(TestContainer container) throws Exception {
    long over = System.nanoTime();
    Gate.eventually(() -> ask(container, "/slow").equals("200"), "the slow route is well");
    Duration until = Duration.ofNanos(System.nanoTime() - over);
    Duration most = SLOW_DEADLINE.plusMillis(SLOW_MILLIS).plus(LATENESS);
    assertTrue(until.compareTo(most) < 0, until::toString);
  }

  /** Returns how many were answered in a second. */
  private double useHealthy(TestContainer container, Duration time) throws InterruptedException {
    var done = new AtomicInteger();
    long end = System.nanoTime() + time.toNanos();
    List<Thread> clients =
        IntStream.range(0, HEALTHY_CLIENTS)
            .mapToObj(number -> new Thread(() -> use(container, end, done), "healthy-" + number))
            .toList();
    clients.forEach(Thread::start);
    for (Thread client : clients) {
      client.join();
    }
    return done.get() / (double) time.toSeconds();
  }

  private void use(TestContainer container, long end, AtomicInteger done) {
    try {
      while (System.nanoTime() - end < 0) {
        try (RawClient client = RawClient.connect(container)) {
          boolean open = true; // Tomcat closes a connection after 100 requests
          while (open && System.nanoTime() - end < 0) {
            Response response = client.get("/healthy").read();
            count(healthy, what(response));
            done.incrementAndGet();
            open = !response.announcesClose();
          }
        }
      }
    } catch (Exception e) {
      count(healthy, e.toString());
    }
  }

  private void useSlow(TestContainer container, AtomicBoolean goesOn) {
    ExecutorService clients = Executors.newCachedThreadPool();
    long next = System.nanoTime();
    while (goesOn.get()) {
      clients.execute(
          () -> {
            try {
              count(slow, ask(container, "/slow"));
            } catch (Exception e) {
              count(slow, e.toString());
            }
          });
      next += SLOW_EVERY;
      LockSupport.parkNanos(next - System.nanoTime());
    }
    clients.shutdown();
    try {
      if (!clients.awaitTermination(20, TimeUnit.SECONDS)) {
        count(slow, "no answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String ask(TestContainer container, String path) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      return what(client.get(path).read());
    }
  }

  /** 200, or the reason of one of our answers; whatever else it is as it came. */
  private static String what(Response response) {
    Matcher reason = REASON.matcher(response.text());
    if (response.status() == 503 && response.complete() && reason.find()) {
      return reason.group(1);
    }
    return response.status() == 200 && response.complete() ? "200" : response.toString();
  }

  private static void count(Map<String, LongAdder> counts, String what) {
    counts.computeIfAbsent(what, any -> new LongAdder()).increment();
  }
}
