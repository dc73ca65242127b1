package io.github.deadlinefilter.demo.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a proxy tells of the runs whose names pass through it. */
@Timeout(20)
class ProxiedRunsTest {
  private static final String RUN = "run-0123456789ab";
  private static final Pattern TOLD =
      Pattern.compile(
          "\\[\\{\"run\": \""
              + RUN
              + "\", \"from\": (\\d+), \"until\": (\\d+), \"how\": \"(\\w+)\"}]");

  private final RunLog runs = new RunLog();
  private EchoServer echo;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = new EchoServer();
    proxy = new FaultProxy("test", 0, echo.address(), DelayedGets::new, runs);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void backendThatReplies_wasAtWork_untilThen_whateverTheNetworkTakes() throws Exception {
    proxy.inject(Fault.parse(Map.of("latency", List.of("400ms"))));
    String request = "get " + RUN + "\r\n";
    try (Socket client = connect()) {
      client.getOutputStream().write(request.getBytes(US_ASCII));
      assertEquals(
          request, new String(client.getInputStream().readNBytes(request.length()), US_ASCII));
      assertTrue(told("replied") < 400);
    }
  }

  @Test
  void replyThatIsHeldBack_standsForASlowBackend() throws Exception {
    String request = "get delay:0.4:" + RUN + "\r\n";
    try (Socket client = connect()) {
      client.getOutputStream().write(request.getBytes(US_ASCII));
      assertEquals(
          request, new String(client.getInputStream().readNBytes(request.length()), US_ASCII));
    }
    assertTrue(told("replied") >= 399); // both are cut to milliseconds
  }

  @Test
  void clientThatLeaves_endsTheWork() throws Exception {
    try (Socket client = connect()) {
      client.getOutputStream().write(("get delay:100:" + RUN + "\r\n").getBytes(US_ASCII));
      awaitBegun();
    }
    assertTrue(told("left") < 50_000);
  }

  @Test
  void connectionThatIsReset_endsTheWork() throws Exception {
    try (Socket client = connect()) {
      client.getOutputStream().write(("get delay:100:" + RUN + "\r\n").getBytes(US_ASCII));
      awaitBegun();
      proxy.inject(Fault.parse(Map.of("reset", List.of("true"))));
      told("left");
    }
  }

  @Test
  void whatTheNetworkSwallows_hasNotBegun() throws Exception {
    try (Socket client = connect()) {
      client.getOutputStream().write("a".getBytes(US_ASCII));
      assertEquals('a', client.getInputStream().read()); // so it is connected
      proxy.inject(Fault.parse(Map.of("blackhole", List.of("true"))));
      client.getOutputStream().write(("get " + RUN + "\r\n").getBytes(US_ASCII));
      assertEquals("[]", runs.json(0));
      proxy.inject(Fault.NONE);
      told("replied");
    }
  }

  private Socket connect() throws IOException {
    return new Socket(proxy.address().getAddress(), proxy.address().getPort());
  }

  private void awaitBegun() throws InterruptedException {
    while (runs.json(0).equals("[]")) {
      look();
    }
  }

  private static void look() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("in vain");
    }
    Thread.onSpinWait();
  }

  /** Waits for the end, and gives how long it took. */
  private long told(String how) throws InterruptedException {
    Matcher told = TOLD.matcher(runs.json(0));
    while (!told.matches()) {
      look();
      told = TOLD.matcher(runs.json(0));
    }
    assertEquals(how, told.group(3));
    return Long.parseLong(told.group(2)) - Long.parseLong(told.group(1));
  }
}
