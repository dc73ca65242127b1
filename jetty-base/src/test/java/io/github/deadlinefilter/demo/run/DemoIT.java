package io.github.deadlinefilter.demo.run;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the README promises of the demo, by its own launcher, with real backends and a real Jetty.
 * Upper bounds are generous: they only have to lie clearly below the delay that was asked for.
 */
@Timeout(120)
class DemoIT {
  private static final Duration DEADLINE = Duration.ofSeconds(2); // of web.xml
  private static final Duration SOON_AFTER = Duration.ofSeconds(5);
  private static final String LATE = "?delay=8";

  private static final Pattern FIELDS =
      Pattern.compile(
          "\\{\"completed\": true, \"time\": [0-9.]+, \"timeout\": (?<timeout>null|[0-9.]+),"
              + " \"name\": \"(?<name>\\w+)\", \"slow\": \"(?<slow>\\w+)\"}\n");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static RunningDemo demo;

  @BeforeAll
  static void start() throws IOException {
    demo = new RunningDemo();
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  @Test
  void page_listsEveryView() throws Exception {
    HttpResponse<String> page = get("/");
    assertEquals(200, page.statusCode());
    for (String view : new String[] {"http", "cache", "redis", "db", "cpu", "stream", "baseline"}) {
      assertTrue(page.body().contains("href=\"" + view + "?delay=5\""), view);
    }
    assertTrue(page.body().contains("href=\"metrics\""), page::body);
  }

  @Test
  void figures_ofThisMachine_areThereForTheAsking() throws Exception {
    HttpResponse<String> figures = get("/metrics");
    assertEquals(200, figures.statusCode(), figures.body());
    assertTrue(figures.body().contains("\ndeadline_in_flight{"), figures.body());
  }

  @ParameterizedTest
  @CsvSource({
    "http, 2, http",
    "cache, 2, cache",
    "redis, 2, redis",
    "db, 2, db",
    "cpu, 2, cpu",
    "stream, 3, stream",
    "baseline, null, http"
  })
  void viewWithoutDelay_answersItsFields(String view, String timeout, String slow)
      throws Exception {
    assertCompletes(view, "", timeout, slow);
  }

  @ParameterizedTest
  @CsvSource({
    "http, 2, http",
    "cache, 2, cache",
    "redis, 2, redis",
    "db, 2, db",
    "cpu, 2, cpu",
    "stream, 3, stream",
    "baseline, null, http"
  })
  void viewWithShortDelay_isSlow_andInTime(String view, String timeout, String slow)
      throws Exception {
    long begin = System.nanoTime();
    assertCompletes(view, "?delay=0.5", timeout, slow);
    assertTrue(since(begin).toMillis() >= 500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "cache", "redis", "db", "cpu"})
  void viewWithLongDelay_is503_atTheDeadline(String view) throws Exception {
    long begin = System.nanoTime();
    HttpResponse<String> answer = get("/" + view + LATE);
    Duration taken = since(begin);
    assertEquals(503, answer.statusCode(), answer.body());
    assertFalse(answer.body().contains("\"completed\""), answer.body());
    assertTrue(taken.compareTo(DEADLINE) >= 0, taken::toString);
    assertTrue(taken.compareTo(SOON_AFTER) < 0, taken::toString);
  }

  /** And not the line of a driver or client that waits for it. */
  @ParameterizedTest
  @CsvSource({
    "http, SlowHttp.",
    "cache, SlowCache.patientGet",
    "redis, SlowRedis.",
    "db, SlowDb.query"
  })
  void viewWithLongDelay_isBlamedAtItsOwnLine(String view, String line) throws Exception {
    assertEquals(503, get("/" + view + LATE).statusCode());
    Matcher blamed =
        Pattern.compile("\"route\":\"/" + view + "\"[^{}]*\"at\":\"([^\"]*)\"[^{}]*\"worker\"")
            .matcher(get("/board/data").body());
    assertTrue(blamed.find(), "an incident of /" + view);
    String expected = "io.github.deadlinefilter.demo." + line;
    assertTrue(blamed.group(1).startsWith(expected), blamed.group(1));
  }

  @Test
  void baseline_slowerThanTheDeadline_completes() throws Exception {
    assertCompletes("baseline", "?delay=3", "null", "http");
  }

  @Test
  void streamThatStalls_isCutAtItsDeadline_soThatTheClientCanTell() throws Exception {
    long begin = System.nanoTime();
    var received = new StringBuilder();
    try (var socket = new Socket(demo.url().getHost(), demo.url().getPort())) {
      socket.setSoTimeout(30_000);
      String request = "GET /stream" + LATE + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      var piece = new byte[1000];
      for (int n = socket.getInputStream().read(piece);
          n >= 0;
          n = socket.getInputStream().read(piece)) {
        received.append(new String(piece, 0, n, US_ASCII));
      }
    } catch (SocketException reset) {
      received.append("(reset)");
    }
    assertTrue(since(begin).compareTo(Duration.ofSeconds(6)) < 0, received::toString);
    assertTrue(received.toString().startsWith("HTTP/1.1 200 "), received::toString);
    assertTrue(received.toString().contains("{\"completed\": "), received::toString);
    assertFalse(received.toString().contains("\r\n0\r\n"), () -> "whole: " + received);
  }

  @Test
  void networkGetsSlow_viewIs503_andInTimeAgainAfterwards() throws Exception {
    assertEquals(200, control("PUT", "/http?latency=8s").statusCode());
    HttpResponse<String> late = get("/http");
    assertEquals(503, late.statusCode(), late.body());
    assertEquals(200, control("DELETE", "/http").statusCode());
    assertEquals(200, get("/http").statusCode());
  }

  @ParameterizedTest
  @CsvSource({"x", "-1", "61", "1&delay=2"})
  void badDelay_is400_namingIt(String delay) throws Exception {
    HttpResponse<String> answer = get("/http?delay=" + delay);
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("delay is \\\"" + delay.charAt(0)), answer.body());
  }

  @Test
  void portIsTaken_isToldWithTheNumber_andNothingIsLeftRunning() throws Exception {
    String taken = String.valueOf(demo.url().getPort());
    Process second = RunningDemo.launch(Map.of("PORT", taken)).redirectErrorStream(true).start();
    String said = new String(second.getInputStream().readAllBytes(), US_ASCII);
    assertEquals(1, second.waitFor());
    assertTrue(said.contains("Port " + taken + " on 127.0.0.1 is taken"), said);
    assertTrue(said.contains("PORT="), said);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void launcherIsEnded_politelyOrNot_leavesNoProcess(boolean killed) throws Exception {
    try (var another = new RunningDemo()) {
      assertEquals(2, another.children().size());
      if (killed) {
        another.launcher().destroyForcibly();
      } else {
        another.launcher().destroy();
      }
      another.awaitEnd();
    }
  }

  @Test
  void jettyDies_endsTheLauncherToo_withAnError() throws Exception {
    try (var another = new RunningDemo()) {
      ProcessHandle jetty =
          another.children().stream()
              .filter(child -> child.info().commandLine().orElse("").contains("start.jar"))
              .findFirst()
              .orElseThrow();
      jetty.destroyForcibly();
      another.awaitEnd();
      assertEquals(1, another.launcher().exitValue());
    }
  }

  private static void assertCompletes(String view, String query, String timeout, String slow)
      throws Exception {
    HttpResponse<String> answer = get("/" + view + query);
    assertEquals(200, answer.statusCode(), answer.body());
    Matcher fields = FIELDS.matcher(answer.body());
    assertTrue(fields.matches(), answer.body());
    assertEquals(view, fields.group("name"));
    assertEquals(slow, fields.group("slow"));
    if (timeout.equals("null")) {
      assertEquals("null", fields.group("timeout"));
    } else { // what was left of it when the view began
      double limit = Double.parseDouble(timeout);
      double told = Double.parseDouble(fields.group("timeout"));
      assertTrue(told <= limit && told > limit - 1, answer.body());
    }
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(demo.url() + path)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> control(String method, String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(demo.control() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private static Duration since(long beginNanos) {
    return Duration.ofNanos(System.nanoTime() - beginNanos);
  }
}
