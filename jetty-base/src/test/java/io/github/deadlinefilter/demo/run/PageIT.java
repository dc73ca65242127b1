package io.github.deadlinefilter.demo.run;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.demo.run.DemoPage.Told;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the demo's page is told by its server, over real connections. Upper bounds are generous:
 * they only have to lie clearly below the delay that was asked for.
 */
@Timeout(120)
class PageIT {
  private static RunningDemo demo;
  private static DemoPage page;

  @BeforeAll
  static void start() throws IOException {
    demo = new RunningDemo();
    page = new DemoPage(demo);
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  @Test
  void pageAndItsParts_areThere_underAStrictPolicy() throws Exception {
    for (String part :
        List.of(
            "/",
            "/index.html",
            "/demo/page.css",
            "/demo/page.js",
            "/demo/timeline.js",
            "/demo/words.js")) {
      HttpResponse<String> answer = page.send("GET", part);
      assertEquals(200, answer.statusCode(), part);
      String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
      assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), part);
      assertFalse(policy.contains("unsafe"), part);
    }
  }

  @Test
  void lateQuery_isAnsweredAtTheDeadline_andTheFeedKnowsWhenTheDatabaseStopped() throws Exception {
    Told one = page.fire("how=filter&slow=db&delay=5").get(0);
    assertEquals(503L, one.get("status"));
    assertEquals("expired", one.get("reason"));
    assertTrue(one.after("answered") >= 2000 && one.after("answered") < 4500, one::toString);
    assertTrue(one.after("free") > 1900, one::toString);
    assertEquals("replied", one.part("backend").get("how"));
    assertTrue(one.backendUntil() >= 5000, one::toString);
  }

  @Test
  void budget_reachesTheDatabase_andNothingElseDoes() throws Exception {
    List<Told> all = page.fire("how=all&slow=db&delay=5&timeout=2");
    assertEquals(
        List.of("baseline", "thread", "timer", "virtual", "cooperative", "budget", "filter"),
        all.stream().map(one -> one.get("how")).toList());
    Predicate<Told> isStopped = one -> one.backendUntil() < 4000;
    assertEquals(
        List.of("budget"),
        all.stream()
            .filter(one -> one.has("backend"))
            .filter(isStopped)
            .map(told -> told.get("how"))
            .toList(),
        all::toString);
    Told thread = all.get(1);
    assertTrue(thread.after("answered") < 4000, thread::toString);
    assertTrue(thread.after("free") >= 5000, thread::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "cache", "redis"})
  void lateView_isLeft_andItsThreadIsFree_byTheDeadline(String slow) throws Exception {
    Told one = page.fire("how=filter&slow=" + slow + "&delay=8").get(0);
    assertEquals(503L, one.get("status"));
    assertTrue(one.after("free") < 5000, one::toString);
  }

  @Test
  void cpu_hasNoBackend_andItsThreadIsDeaf() throws Exception {
    Told one = page.fire("how=filter&slow=cpu&delay=3").get(0);
    assertEquals(503L, one.get("status"));
    assertTrue(one.after("free") >= 3000, one::toString);
    assertFalse(one.has("backend"), one::toString);
  }

  @Test
  void hundred_areOneHundredClients_andEachIsAnswered() throws Exception {
    List<Told> all = page.fire("how=filter&slow=http&delay=4&count=100");
    assertEquals(100, all.size());
    assertEquals(List.of(503L), all.stream().map(one -> one.get("status")).distinct().toList());
    assertEquals(100, all.stream().map(one -> one.get("run")).distinct().count());
  }

  @Test
  void network_isChangedThroughThePage_andTheFeedShowsIt() throws Exception {
    try {
      assertEquals(200, page.send("PUT", "/page/network/cache?latency=8s&jitter=1s").statusCode());
      Told fault = page.feed(0).part("network").part("cache");
      assertEquals("8000ms", fault.get("latency"));
      assertEquals("1000ms", fault.get("jitter"));
      Told one = page.fire("how=filter&slow=cache&delay=0").get(0);
      assertEquals(503L, one.get("status"));
      assertTrue(one.backendUntil() < 2000, () -> "the backend itself was quick: " + one);
    } finally {
      assertEquals(200, page.send("DELETE", "/page/network/cache").statusCode());
    }
    assertEquals(200L, page.fire("how=filter&slow=cache&delay=0").get(0).get("status"));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /page/fire?how=x, 400, 'how is \\\"x\\\", but'",
    "POST, /page/fire?slow=x, 400, 'slow is \\\"x\\\", but'",
    "POST, /page/fire?delay=x, 400, 'delay is \\\"x\\\", but'",
    "POST, /page/fire?timeout=0, 400, 'timeout is \\\"0\\\", but'",
    "POST, /page/fire?count=101, 400, 'count is \\\"101\\\", but'",
    "POST, /page/fire?path=/metrics, 400, 'path is \\\"/metrics\\\", but'",
    "GET, /page/fire, 405, accepted is POST",
    "GET, /page/runs?since=x, 400, 'since is \\\"x\\\", but'",
    "PUT, /page/network/db?latency=x, 400, 'latency is \\\"x\\\"; accepted is'",
    "PUT, /page/network/db?path=x, 400, 'path is \\\"x\\\", but'",
    "PUT, /page/network/nope, 404, 'network/NAME for http, cache, redis, db'",
    "GET, /page/nope, 404, there are runs",
    "DELETE, /page/runs, 405, accepted is GET",
  })
  void badRequest_isRefusedByName(String method, String path, int status, String part)
      throws Exception {
    HttpResponse<String> answer = page.send(method, path);
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: attacker.example",
        "Host: localhost\r\nX-Forwarded-For: 192.0.2.7",
        "Host: localhost\r\nSec-Fetch-Site: cross-site",
        "Host: localhost\r\nOrigin: http://attacker.example",
      })
  void whatIsNotThePageOfThisMachine_isRefused_andChangesNothing(String headers) throws Exception {
    String before = page.send("GET", "/page/network/redis").body();
    for (String request : List.of("POST /page/fire", "PUT /page/network/redis?reset=true")) {
      String answer = raw(request, headers + "\r\nX-Demo-Page: 1");
      assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
      assertTrue(answer.contains("{\"error\": \""), answer);
    }
    assertEquals(before, page.send("GET", "/page/network/redis").body());
  }

  @Test
  void withoutThePagesHeader_nothingIsChanged() throws Exception {
    String answer = raw("POST /page/fire", "Host: localhost");
    assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
    assertTrue(answer.contains("the header X-Demo-Page: 1 is missing"), answer);
  }

  @Test
  void whereNoWorkerIsTaken_thePageIsThere_andIsToldSo() throws Exception {
    var environment =
        Map.of("PORT", "0", "DEADLINE_FILTER_WORKERS", "1", "DEADLINE_FILTER_QUEUE", "0");
    try (var another = new RunningDemo(RunningDemo.launch(environment))) {
      var busy = new DemoPage(another);
      long asked = busy.begin("how=filter&slow=cpu&delay=20"); // which hears nothing
      Experiment.await(() -> busy.fired(asked).allMatch(one -> one.has("answered")));
      for (String path : List.of("/", "/index.html", "/demo/page.js", "/page/runs")) {
        assertEquals(200, busy.send("GET", path).statusCode(), path);
      }
      long refused = busy.begin("how=filter&slow=http&delay=0");
      Experiment.await(() -> busy.fired(refused).allMatch(Told::isOver));
      assertEquals("queue-full", busy.fired(refused).findFirst().orElseThrow().get("reason"));
    }
  }

  /** With a Host that the client would not let us set. */
  private static String raw(String request, String headers) throws IOException {
    try (var socket = new Socket(demo.url().getHost(), demo.url().getPort())) {
      String text = request + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }
}
