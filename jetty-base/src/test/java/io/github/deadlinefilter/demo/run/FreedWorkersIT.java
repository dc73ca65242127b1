package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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

/**
 * What frees the worker of a late request: with the filter in front, what it or the application
 * does at the deadline, on each slow function, in each worker kind. {@code -Pexperiment} has more
 * rounds.
 *
 * <p>Measured is from the expiry until the worker left, as the filter's log tells it. Rounds begin
 * one after the other, and wait side by side.
 */
@Timeout(600)
class FreedWorkersIT {
  private static final List<String> FUNCTIONS = List.of("http", "cache", "redis", "db");
  private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 21;
  private static final int ROUNDS = Integer.getInteger("experiment.rounds", 3);
  private static final long BETWEEN_ROUNDS_MILLIS = 100;
  private static final long LEAST_STAY_MILLIS = 1_500; // of the 2,200 from the deadline to the end
  private static final long MOST_STAY_MILLIS = 1_000; // of whoever is freed
  private static final long DEADLINE_NANOS = 300_000_000; // of the routes
  private static final String LATE = "delay=2.5";

  /** Where each approach is: its path, for a function that is put in, and the rest of the query. */
  private enum Approach {
    INTERRUPT("/approaches/baseline?slow=%s&"),
    ABANDON("/%s?"),
    COOPERATE("/approaches/cooperative?slow=%s&timeout=60&"),
    BUDGET("/approaches/budget?slow=%s&timeout=60&");

    private final String path;

    Approach(String path) {
      this.path = path;
    }

    String path(String slow, String delay) {
      return path.formatted(slow) + delay;
    }
  }

  /** In place of web.xml's: the bare views are left alone at the deadline. */
  private static final String ROUTES =
      """
      /http  = 300ms onExpiry=abandon
      /cache = 300ms onExpiry=abandon
      /redis = 300ms onExpiry=abandon
      /db    = 300ms onExpiry=abandon
      /approaches/baseline    = 300ms onExpiry=interrupt
      /approaches/cooperative = 300ms onExpiry=cooperate
      /approaches/budget      = 300ms onExpiry=interrupt
      """;

  /**
   * @param others rounds in which the application answered before the filter looked, with whatever
   *     its backend's end made of it: how long its worker stayed is not in the log
   */
  private record Cell(
      Approach approach, String worker, String slow, long medianMillis, int others) {
    String text() {
      return medianMillis + (others == 0 ? "" : " (of " + (ROUNDS - others) + ")");
    }
  }

  private static final Path TARGET = Path.of(System.getProperty("jetty.base"), "target");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static DemoMariaDb database;
  private static ExecutorService lanes;

  @BeforeAll
  static void start() throws Exception {
    database = new DemoMariaDb(TARGET);
    lanes = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() throws Exception {
    lanes.shutdownNow();
    database.close();
  }

  @Test
  void late_eachApproach_freesTheWorkersThatItPromises() throws Exception {
    var cells = new ArrayList<Cell>();
    for (String worker : kinds()) {
      cells.addAll(measure(worker));
    }
    Files.writeString(
        TARGET.resolve("frees-the-worker-" + Runtime.version().feature() + ".md"), table(cells));
    cells.forEach(FreedWorkersIT::assertPromise);
  }

  private static List<String> kinds() {
    return Stream.of("container", "pool", "virtual")
        .filter(kind -> VIRTUAL_THREADS || !kind.equals("virtual"))
        .toList();
  }

  private static List<Cell> measure(String worker) throws Exception {
    Path log = Files.createTempFile("freed-workers", ".log");
    var environment =
        Map.of(
            "PORT",
            "0",
            "DEMO_PROXIED_JDBC_URL",
            database.url(),
            "DEADLINE_FILTER_ROUTES",
            ROUTES,
            "DEADLINE_FILTER_GRACE",
            "0ms", // so that each worker that leaves is told with its time
            "DEADLINE_FILTER_LOG_EVERY",
            "0s",
            "DEADLINE_FILTER_WORKER",
            worker);
    try (var demo = new RunningDemo(RunningDemo.launch(environment).redirectError(log.toFile()))) {
      var overruns = new OverrunLog(log);
      List<Callable<List<Cell>>> tasks =
          FUNCTIONS.stream()
              .<Callable<List<Cell>>>map(slow -> () -> lane(demo.url(), overruns, worker, slow))
              .toList();
      var cells = new ArrayList<Cell>();
      for (Future<List<Cell>> lane : lanes.invokeAll(tasks, 180, TimeUnit.SECONDS)) {
        cells.addAll(lane.get());
      }
      return cells;
    } finally {
      Files.delete(log);
    }
  }

  private static List<Cell> lane(URI demo, OverrunLog overruns, String worker, String slow)
      throws InterruptedException {
    var cells = new ArrayList<Cell>();
    for (Approach approach : Approach.values()) {
      Experiment.await( // the first calls load classes for longer than they have
          () -> get(demo, approach.path(slow, "delay=0")).join().statusCode() == 200);
      var rounds = new ArrayList<CompletableFuture<OptionalLong>>();
      for (int round = 0; round < ROUNDS; round++) {
        long begin = System.nanoTime();
        rounds.add(
            get(demo, approach.path(slow, LATE))
                .thenApplyAsync(answer -> overrun(answer, begin, overruns), lanes));
        TimeUnit.MILLISECONDS.sleep(BETWEEN_ROUNDS_MILLIS);
      }
      long[] millis =
          rounds.stream()
              .map(CompletableFuture::join)
              .flatMapToLong(OptionalLong::stream)
              .sorted()
              .toArray();
      assertTrue(millis.length > ROUNDS / 2, () -> approach + " " + worker + " " + slow);
      long median = (millis[(millis.length - 1) / 2] + millis[millis.length / 2]) / 2;
      cells.add(new Cell(approach, worker, slow, median, ROUNDS - millis.length));
    }
    return cells;
  }

  /** Empty if the filter did not answer. */
  private static OptionalLong overrun(
      HttpResponse<String> answer, long begin, OverrunLog overruns) {
    assertTrue(System.nanoTime() - begin >= DEADLINE_NANOS, answer::body);
    if (answer.statusCode() == 503) {
      return OptionalLong.of(overruns.await(answer.body()));
    }
    assertTrue(answer.statusCode() >= 500, answer::body);
    return OptionalLong.empty();
  }

  private static CompletableFuture<HttpResponse<String>> get(URI demo, String path) {
    var request =
        HttpRequest.newBuilder(demo.resolve(path))
            .header("Accept", "text/html") // the filter's page and Jetty's name the incident
            .build();
    return CLIENT.sendAsync(request, BodyHandlers.ofString()).orTimeout(60, TimeUnit.SECONDS);
  }

  private static void assertPromise(Cell cell) {
    // Jetty's own threads are virtual where there are any.
    boolean virtual = VIRTUAL_THREADS && !cell.worker().equals("pool");
    boolean freed =
        switch (cell.approach()) {
          case INTERRUPT -> virtual || !cell.slow().equals("db");
          case ABANDON, COOPERATE -> false;
          case BUDGET -> true;
        };
    assertTrue(
        freed ? cell.medianMillis() < MOST_STAY_MILLIS : cell.medianMillis() >= LEAST_STAY_MILLIS,
        cell::toString);
  }

  private static String table(List<Cell> cells) {
    var table = new StringBuilder("| approach | worker | http | cache | redis | db |\n");
    table.append("|---|---|---|---|---|---|\n");
    for (Approach approach : Approach.values()) {
      for (String worker : kinds()) {
        String row =
            FUNCTIONS.stream()
                .flatMap(slow -> cells.stream().filter(cell -> cell.slow().equals(slow)))
                .filter(cell -> cell.approach() == approach && cell.worker().equals(worker))
                .map(cell -> cell.text() + " |")
                .collect(Collectors.joining(" "));
        table.append("| %s | `%s` | %s\n".formatted(approach, worker, row));
      }
    }
    return table.toString();
  }
}
