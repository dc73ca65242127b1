package io.github.deadlinefilter.demo.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultControlTest {
  private final RunLog runs = new RunLog();
  private EchoServer echo;
  private FaultProxy proxy;
  private FaultControl control;

  @BeforeEach
  void start() throws IOException {
    echo = new EchoServer();
    proxy = new FaultProxy("http", 0, echo.address(), () -> ReplyHold.NEVER, runs);
    control = new FaultControl(0, List.of(proxy), runs);
  }

  @AfterEach
  void stop() throws IOException {
    control.close();
    proxy.close();
    echo.close();
  }

  @Test
  void put_setsInPlaceOfWhatWasThere_andDeleteClears() throws IOException {
    String clean =
        "{\"latency\": \"0ms\", \"jitter\": \"0ms\", \"bandwidth\": null, \"blackhole\": false,"
            + " \"reset\": false, \"open\": 0, \"waiting\": 0}";
    assertAnswer(200, "{\"http\": " + clean + "}", "GET / HTTP/1.1", "127.0.0.1");

    assertAnswer(200, "\"latency\": \"2000ms\"", "PUT /http?latency=2s HTTP/1.1", "localhost:1");
    assertAnswer(200, "\"latency\": \"0ms\"", "PUT /http?bandwidth=5000 HTTP/1.1", "localhost");
    assertEquals(5000, proxy.fault().bandwidth());

    assertAnswer(200, clean, "DELETE /http HTTP/1.1", "localhost");
    assertEquals(Fault.NONE, proxy.fault());
  }

  @Test
  void badInput_isRefused_andChangesNothing() throws IOException {
    assertAnswer(400, "latency is \\\"x\\\"", "PUT /http?latency=x HTTP/1.1", "localhost");
    assertAnswer(400, "latency is \\\"\\\"", "PUT /http?latency HTTP/1.1", "localhost");
    assertAnswer(400, "400", "PUT /http?latency=%zz HTTP/1.1", "localhost");
    assertAnswer(404, "there are [http]", "PUT /nope?latency=1s HTTP/1.1", "localhost");
    assertAnswer(405, "GET, PUT and DELETE", "POST /http?latency=1s HTTP/1.1", "localhost");
    assertAnswer(403, "127.0.0.1", "PUT /http?latency=1s HTTP/1.1", "attacker.example");
    assertEquals(Fault.NONE, proxy.fault());
  }

  @Test
  void runs_areTold_fromTheGivenTimeOn() throws IOException {
    assertAnswer(200, "{\"runs\": []}", "GET /runs HTTP/1.1", "localhost");
    runs.begin("run-0123456789ab");
    assertAnswer(200, "\"run-0123456789ab\"", "GET /runs?since=0 HTTP/1.1", "localhost");
    assertAnswer(200, "[]", "GET /runs?since=999999999999999 HTTP/1.1", "localhost");
    assertAnswer(400, "accepted is since=MILLIS", "GET /runs?since=x HTTP/1.1", "localhost");
    assertAnswer(403, "127.0.0.1", "GET /runs HTTP/1.1", "attacker.example");
  }

  @Test
  void portIsTaken_throwsBindException() {
    int taken = control.address().getPort();
    assertThrows(BindException.class, () -> new FaultControl(taken, List.of(proxy), runs));
  }

  private void assertAnswer(int status, String part, String requestLine, String host)
      throws IOException {
    try (var socket = new Socket(control.address().getAddress(), control.address().getPort())) {
      String request = requestLine + "\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
      assertTrue(answer.contains(part), answer);
    }
  }
}
