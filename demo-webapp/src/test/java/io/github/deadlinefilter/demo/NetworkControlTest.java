package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NetworkControlTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String FAULTS =
      "{\"http\": {\"latency\": \"0ms\"},\n \"db\": {\"open\": 1}}";
  private static final String RUNS =
      "{\"runs\": [{\"run\": \"run-0123456789ab\", \"from\": 1},\n {\"run\": \"run-b\"}]}";

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "  "})
  void noAddress_isNoControl_andSaysSo(@Nullable String address) {
    var control = new NetworkControl(CLIENT, address);
    assertTrue(String.valueOf(control.missing()).startsWith("there is no proxy"));
    assertEquals(503, control.send("GET", "/").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://192.0.2.7:80",
        "http://attacker.example:80",
        "https://127.0.0.1:80",
        "http://127.0.0.1:80/x",
        "http://127.0.0.1:80@attacker.example:80",
        "http://127.0.0.1"
      })
  void anotherMachinesAddress_isNotUsed_andNotTold(String address) {
    NetworkControl.Answer answer = new NetworkControl(CLIENT, address).send("GET", "/");
    assertEquals(503, answer.status());
    assertEquals(
        "{\"error\": \"DEMO_CONTROL is not an address such as http://127.0.0.1:34669\"}\n",
        answer.json());
  }

  @Test
  void nobodyThere_is502_inWords() throws IOException {
    int port;
    try (var server = new ServerSocket(0)) {
      port = server.getLocalPort();
    }
    NetworkControl.Answer answer =
        new NetworkControl(CLIENT, "http://127.0.0.1:" + port).send("PUT", "/db?latency=1s");
    assertEquals(502, answer.status());
    assertTrue(answer.json().contains("does not answer (ConnectException)"), answer.json());
  }

  @Test
  void methodPathAndAnswer_areHandedOn() throws Exception {
    var asked = new LinkedBlockingQueue<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          byte[] body = "{\"error\": \"x\"}".getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(400, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      var control = new NetworkControl(CLIENT, "http://127.0.0.1:" + server.getAddress().getPort());
      assertNull(control.missing());
      assertEquals(
          new NetworkControl.Answer(400, "{\"error\": \"x\"}"),
          control.send("PUT", "/db?latency=1s"));
      assertEquals("PUT /db?latency=1s", asked.poll(60, TimeUnit.SECONDS));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void answers_areTakenApart() {
    assertEquals(
        Map.of("http", "{\"latency\": \"0ms\"}", "db", "{\"open\": 1}"),
        NetworkControl.faults(new NetworkControl.Answer(200, FAULTS)));
    assertEquals(
        "{\"run\": \"run-0123456789ab\", \"from\": 1}",
        NetworkControl.runs(new NetworkControl.Answer(200, RUNS)).get("run-0123456789ab"));
    assertEquals(Map.of(), NetworkControl.faults(new NetworkControl.Answer(502, FAULTS)));
  }

  @Test
  void query_isOfKnownParameters() throws BadParameter {
    assertEquals("", PageView.query(Map.of()));
    var given =
        new TreeMap<>(Map.of("latency", new String[] {"1 s&x=y"}, "reset", new String[] {"true"}));
    assertEquals("?latency=1+s%26x%3Dy&reset=true", PageView.query(given));
    var e =
        assertThrows(BadParameter.class, () -> PageView.query(Map.of("delay", new String[] {"1"})));
    assertEquals(
        "delay is \"1\", but only latency, jitter, bandwidth, blackhole, reset are known",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "1234567890123456"})
  void since_isMilliseconds(String given) throws BadParameter {
    assertEquals(0, PageView.since(null));
    assertEquals(17, PageView.since(new String[] {"17"}));
    var e = assertThrows(BadParameter.class, () -> PageView.since(new String[] {given}));
    assertNotNull(e.getMessage());
    assertTrue(e.getMessage().startsWith("since is \"" + given + "\", but"), e.getMessage());
  }
}
