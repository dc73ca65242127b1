package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The experiment: each approach on each slow function, in time, late, and over a bad network. The
 * database is a MariaDB, behind the demo's proxy. One lane for each backend, so that what is seen
 * of it belongs to one run; the lanes are side by side.
 */
@Timeout(180)
class ApproachesIT {
  private static final List<String> APPROACHES =
      List.of("baseline", "thread", "timer", "virtual", "cooperative", "budget");
  private static final List<String> FUNCTIONS = List.of("http", "cache", "redis", "db");
  private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 21;

  private static final String LATE = "&delay=3&timeout=1";
  private static final long DELAY = 3_000;
  private static final long TIMEOUT = 1_000;

  /** Over a network with a fault: the function's own delay is none. */
  private static final String FAULTY = "&timeout=1";

  /** In milliseconds, so that each function takes as long: they ask in one to four turns. */
  private static final Map<String, Integer> LATENCY =
      Map.of("http", 3_200, "cache", 3_200, "redis", 1_600, "db", 1_100);

  /** In bytes a second, so that each function takes more than {@link #DELAY}. */
  private static final Map<String, Integer> DRIP =
      Map.of("http", 50, "cache", 3, "redis", 50, "db", 180);

  /** When a network that swallows all is mended: the function began a moment later. */
  private static final long SWALLOWS = DELAY + 1_500;

  private static final long NEVER = TimeUnit.DAYS.toMillis(1);

  /** What is promised of a thread and a backend that a deadline reaches. */
  private static final long SOON = TIMEOUT + 1_000;

  private static DemoMariaDb database;
  private static RunningDemo demo;
  private static Experiment experiment;
  private static ExecutorService lanes;

  @BeforeAll
  static void start() throws Exception {
    Path target = Path.of(System.getProperty("jetty.base"), "target");
    database = new DemoMariaDb(target);
    demo =
        new RunningDemo(
            RunningDemo.launch(Map.of("PORT", "0", "DEMO_PROXIED_JDBC_URL", database.url())));
    experiment = new Experiment(demo, database);
    lanes = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() throws Exception {
    lanes.shutdownNow();
    demo.close();
    database.close();
  }

  private static Stream<String> onThisJvm() {
    return APPROACHES.stream().filter(approach -> VIRTUAL_THREADS || !approach.equals("virtual"));
  }

  @ParameterizedTest
  @MethodSource("onThisJvm")
  void inTime_isCompleted_andAnswersItsFields(String approach) {
    for (String slow : FUNCTIONS) {
      HttpResponse<String> answer = experiment.get(approach, slow, "&delay=0.2&timeout=30");
      assertEquals(200, answer.statusCode(), answer.body());
      String timeout = approach.equals("baseline") ? "null" : "30";
      assertTrue(
          answer
              .body()
              .matches(
                  ("\\{\"completed\": true, \"time\": (?!0\\.[01])[0-9.]+, \"timeout\": %s,"
                          + " \"name\": \"%s\", \"slow\": \"%s\"}\n")
                      .formatted(timeout, approach, slow)),
          answer.body());
      assertTrue(experiment.free(answer) > 0);
    }
  }

  @Test
  void virtual_onAJvmWithoutVirtualThreads_is501_andSaysWhatItNeeds() {
    HttpResponse<String> answer = experiment.get("virtual", "http", "");
    if (VIRTUAL_THREADS) {
      assertEquals(200, answer.statusCode(), answer.body());
    } else {
      assertEquals(501, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("virtual needs Java 21 or later"), answer.body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "thread, 400, '&timeout=0', 'timeout is \\\"0\\\", but one number'",
    "thread, 400, '&delay=x', 'delay is \\\"x\\\", but one number'",
    "thread, 400, '&slow=x', 'slow is \\\"http, x\\\", but one of http, cache, redis and db'",
    "fork, 404, '', 'there are baseline, thread, timer, virtual, cooperative, budget'",
  })
  void badRequest_isRefusedByName(String approach, int status, String more, String part) {
    HttpResponse<String> answer = experiment.get(approach, "http", more);
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  @Test
  void late_eachApproach_doesWhatItPromises() throws Exception {
    List<ApproachRun> runs =
        ofEach((approach, slow) -> experiment.watch(approach, slow, LATE), "approaches");
    for (ApproachRun run : runs) {
      assertPromise(run);
      assertTrue(
          run.working() > TIMEOUT / 2, () -> "the backend was not seen at work: " + run.toString());
      if (run.approach().equals("thread")) {
        assertTrue(run.working() > DELAY - 500, run::toString);
      } else if (run.approach().equals("budget")) {
        assertTrue(run.working() < SOON, run::toString);
      }
    }
  }

  @Test
  void networkIsLater_eachApproach_doesWhatItPromises() throws Exception {
    ofEach(
            (approach, slow) ->
                experiment.watch(
                    approach, slow, FAULTY, "latency=" + LATENCY.get(slow) + "ms", NEVER),
            "later")
        .forEach(ApproachesIT::assertPromise);
  }

  @Test
  void networkSwallowsAll_eachApproach_doesWhatItPromises() throws Exception {
    ofEach(
            (approach, slow) ->
                experiment.watch(approach, slow, FAULTY, "blackhole=true", SWALLOWS),
            "swallowed")
        .forEach(ApproachesIT::assertPromise);
  }

  @Test
  void networkDrips_eachApproach_doesWhatItPromises() throws Exception {
    ofEach(
            (approach, slow) ->
                experiment.watch(approach, slow, FAULTY, "bandwidth=" + DRIP.get(slow), NEVER),
            "dripping")
        .forEach(ApproachesIT::assertPromise);
  }

  private interface Watch {
    ApproachRun watch(String approach, String slow) throws Exception;
  }

  /** All approaches on all functions, and a table of them, as in README. */
  private static List<ApproachRun> ofEach(Watch watch, String name) throws Exception {
    List<ApproachRun> runs =
        inLanes(
                slow -> {
                  var lane = new ArrayList<ApproachRun>();
                  for (String approach : onThisJvm().toList()) {
                    lane.add(watch.watch(approach, slow));
                  }
                  return lane;
                })
            .stream()
            .flatMap(List::stream)
            .toList();
    Files.writeString(
        Path.of(
            System.getProperty("jetty.base"),
            "target",
            name + "-" + Runtime.version().feature() + ".md"),
        table(runs));
    return runs;
  }

  private static void assertPromise(ApproachRun run) {
    String what = run.toString();
    // Jetty's own threads are virtual where there are any: there a socket hears the interrupt.
    boolean deaf = run.slow().equals("db") && !VIRTUAL_THREADS;
    switch (run.approach()) {
      case "baseline" -> {
        assertTrue(run.completed(), what);
        assertTrue(run.answered() >= DELAY, what);
      }
      case "thread" -> {
        assertStopped(run);
        assertTrue(run.free() >= DELAY, what);
      }
      case "cooperative" -> {
        assertFalse(run.completed(), what);
        assertTrue(run.answered() >= DELAY, what);
      }
      case "timer" -> {
        if (deaf) {
          assertFalse(run.completed(), what);
          assertTrue(run.answered() >= DELAY, what);
        } else {
          assertStopped(run);
          assertTrue(run.free() < SOON, what);
        }
      }
      case "virtual" -> {
        assertStopped(run);
        assertTrue(run.free() < SOON, what);
      }
      case "budget" -> {
        assertStopped(run);
        assertTrue(run.free() < SOON, what);
      }
      default -> throw new AssertionError(what);
    }
  }

  /** The client had its answer when the time was over, and not when the function was. */
  private static void assertStopped(ApproachRun run) {
    assertFalse(run.completed(), run::toString);
    assertTrue(run.answered() >= TIMEOUT && run.answered() < DELAY - 500, run::toString);
  }

  private static String table(List<ApproachRun> runs) {
    var table =
        new StringBuilder("| approach | http | cache | redis | db |\n|---|---|---|---|---|\n");
    Map<String, List<ApproachRun>> byApproach =
        runs.stream().collect(Collectors.groupingBy(ApproachRun::approach));
    for (String approach : onThisJvm().toList()) {
      table.append("| `").append(approach).append("` |");
      for (String slow : FUNCTIONS) {
        byApproach.getOrDefault(approach, List.of()).stream()
            .filter(run -> run.slow().equals(slow))
            .forEach(run -> table.append(' ').append(run.cell()).append(" |"));
      }
      table.append('\n');
    }
    return table.toString();
  }

  @Test
  void networkResets_eachApproach_isToldSo() throws Exception {
    inLanes(
        slow -> {
          experiment.control("PUT", "/" + slow + "?reset=true");
          try {
            for (String approach : onThisJvm().toList()) {
              HttpResponse<String> answer = experiment.get(approach, slow, "&timeout=30");
              assertEquals(502, answer.statusCode(), answer.body());
              assertTrue(answer.body().contains("\"completed\": false"), answer.body());
            }
          } finally {
            experiment.control("DELETE", "/" + slow);
          }
          assertTrue(Experiment.completed(experiment.get("budget", slow, "&timeout=30")));
          return slow;
        });
  }

  private interface Lane<T> {
    T run(String slow) throws Exception;
  }

  private static <T> List<T> inLanes(Lane<T> lane) throws Exception {
    List<Callable<T>> tasks =
        FUNCTIONS.stream().<Callable<T>>map(slow -> () -> lane.run(slow)).toList();
    var results = new ArrayList<T>();
    for (Future<T> result : lanes.invokeAll(tasks, 120, TimeUnit.SECONDS)) {
      results.add(result.get());
    }
    return results;
  }
}
