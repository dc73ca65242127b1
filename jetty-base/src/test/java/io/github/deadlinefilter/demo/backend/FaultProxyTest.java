package io.github.deadlinefilter.demo.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real sockets on loopback. Times are only ever bounded from below: that is what a fault promises.
 */
@Timeout(60)
class FaultProxyTest {
  private static final int LONG_MILLIS = 20_000;

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
  void noFault_bytesAndEnd_passBothWays() throws IOException {
    try (Socket client = connect()) {
      client.getOutputStream().write("hello".getBytes(US_ASCII));
      client.shutdownOutput();
      assertEquals("hello", new String(client.getInputStream().readAllBytes(), US_ASCII));
    }
  }

  @Test
  void jitterAndMuchData_pass_inOrderAndWhole() throws Exception {
    proxy.inject(Fault.parse(parameters("jitter", "3ms")));
    var data = new byte[3_000_000];
    new Random(1).nextBytes(data);
    try (Socket client = connect()) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.getOutputStream().write(data);
                  client.shutdownOutput();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertArrayEquals(data, client.getInputStream().readAllBytes());
      writing.get();
    }
  }

  @Test
  void latency_setOnOpenConnection_delaysTheReply() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, "a");
      proxy.inject(Fault.parse(parameters("latency", "300ms")));
      assertAtLeast(300, () -> roundTrip(client, "b"));
    }
  }

  @Test
  void bandwidth_limited_takesItsTime() throws IOException {
    proxy.inject(Fault.parse(parameters("bandwidth", "20000")));
    try (Socket client = connect()) {
      // 8,000 bytes at 20,000 a second, less the first share, which goes at once.
      assertAtLeast(300, () -> roundTrip(client, "x".repeat(8_000)));
    }
  }

  @Test
  void bandwidth_ofAFewBytes_drips() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, "a");
      proxy.inject(Fault.parse(parameters("bandwidth", "5")));
      // 200 ms for each byte but the first, and a reply cannot overtake its request.
      assertAtLeast(400, () -> roundTrip(client, "abc"));
    }
  }

  @Test
  void reset_setOnOpenConnection_breaksItOffWithTheNextByte() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, "a");
      proxy.inject(Fault.parse(parameters("reset", "true")));
      assertStaysOpen(client);
      client.getOutputStream().write('b');
      assertIsReset(client);
    }
  }

  @Test
  void reset_ofANewConnection_comesWithItsFirstByte() throws IOException {
    proxy.inject(Fault.parse(parameters("reset", "true")));
    try (Socket client = connect()) {
      assertStaysOpen(client);
      client.getOutputStream().write('a');
      assertIsReset(client);
    }
  }

  @Test
  void reset_whileAReplyIsHeldBack_breaksOffAtOnce() throws Exception {
    try (Socket client = connect()) {
      client.getOutputStream().write("get delay:100:demo\r\n".getBytes(US_ASCII));
      await(() -> proxy.traffic().waiting() == 1);
      proxy.inject(Fault.parse(parameters("reset", "true")));
      assertIsReset(client);
    }
  }

  @Test
  void reset_fromTheBackendsSide_breaksOffToo() throws IOException {
    try (var backend = new ServerSocket(0);
        var own = new FaultProxy("own", 0, local(backend), () -> ReplyHold.NEVER, runs);
        Socket client = connect(own.address());
        Socket accepted = backend.accept()) {
      own.inject(Fault.parse(parameters("reset", "true")));
      accepted.getOutputStream().write('a');
      assertIsReset(client);
    }
  }

  @Test
  void traffic_tellsWhoIsThere_andWhoWaits() throws Exception {
    try (Socket idle = connect()) {
      roundTrip(idle, "get demo\r\n");
      try (Socket waiting = connect()) {
        waiting.getOutputStream().write("get delay:100:demo\r\n".getBytes(US_ASCII));
        await(() -> proxy.traffic().equals(new Traffic(/* open= */ 2, /* waiting= */ 1)));
      }
      await(() -> proxy.traffic().equals(new Traffic(/* open= */ 1, /* waiting= */ 0)));
    }
    await(() -> proxy.traffic().equals(Traffic.NONE));
  }

  @Test
  void blackhole_setAndCleared_holdsTheReplyAndThenGivesIt() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, "a");
      proxy.inject(Fault.parse(parameters("blackhole", "true")));
      client.getOutputStream().write('b');
      client.setSoTimeout(300);
      assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());

      client.setSoTimeout(LONG_MILLIS);
      proxy.inject(Fault.NONE);
      assertEquals('b', client.getInputStream().read());
    }
  }

  @Test
  void delayedGet_holdsItsOwnConnection_andNoOther() throws IOException {
    try (Socket late = connect();
        Socket other = connect()) {
      String command = "get delay:0.4:demo\r\n";
      assertAtLeast(
          400,
          () -> {
            late.getOutputStream().write(command.getBytes(US_ASCII));
            roundTrip(other, "get demo\r\n");
            assertEquals(0, late.getInputStream().available());
            assertReads(late, command);
          });
      roundTrip(late, "get demo\r\n");
    }
  }

  @Test
  void backendIsNotThere_connectionEnds() throws IOException {
    try (var own = new FaultProxy("own", 0, nobody(), () -> ReplyHold.NEVER, runs);
        Socket client = connect(own.address())) {
      assertEnds(client);
    }
  }

  private static InetSocketAddress nobody() throws IOException {
    try (var server = new ServerSocket(0)) {
      return local(server);
    }
  }

  @Test
  void backendBreaksOff_clientIsToldSo() throws IOException {
    try (var backend = new ServerSocket(0);
        var own = new FaultProxy("own", 0, local(backend), () -> ReplyHold.NEVER, runs);
        Socket client = connect(own.address());
        Socket accepted = backend.accept()) {
      breakOff(accepted);
      assertEnds(client);
    }
  }

  @Test
  void tooManyConnections_oneMore_isBrokenOff() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < FaultProxy.MOST_CONNECTIONS; i++) {
        open.add(connect());
        roundTrip(open.get(i), "a");
      }
      try (Socket oneMore = connect()) {
        assertEnds(oneMore);
      }
      roundTrip(open.get(0), "b");
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void close_endsThreadPortAndConnections() throws IOException {
    try (Socket client = connect()) {
      roundTrip(client, "a");
      proxy.close();
      assertEnds(client);
      assertThrows(IOException.class, this::connect);
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .noneMatch(thread -> thread.getName().equals("fault-proxy-test")));
    }
  }

  @Test
  void portIsTaken_throwsBindException() {
    assertThrows(
        BindException.class,
        () ->
            new FaultProxy("b", proxy.address().getPort(), echo.address(), DelayedGets::new, runs));
  }

  private static void breakOff(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private Socket connect() throws IOException {
    return connect(proxy.address());
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    var socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(LONG_MILLIS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static InetSocketAddress local(ServerSocket server) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
  }

  private static Map<String, List<String>> parameters(String name, String value) {
    return Map.of(name, List.of(value));
  }

  private static void roundTrip(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(US_ASCII));
    assertReads(client, text);
  }

  private static void assertReads(Socket client, String text) throws IOException {
    InputStream in = client.getInputStream();
    assertEquals(text, new String(in.readNBytes(text.length()), US_ASCII));
  }

  /** By an end or by a reset, and not by waiting for it in vain. */
  private static void assertEnds(Socket client) throws IOException {
    try {
      assertEquals(-1, client.getInputStream().read());
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (SocketException reset) {
      return;
    }
  }

  private static void assertStaysOpen(Socket client) throws IOException {
    client.setSoTimeout(100);
    assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
    client.setSoTimeout(LONG_MILLIS);
  }

  private static void assertIsReset(Socket client) {
    var e = assertThrows(SocketException.class, () -> client.getInputStream().read());
    assertTrue(String.valueOf(e.getMessage()).contains("reset"), e::toString);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("in vain");
      }
      Thread.onSpinWait();
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void assertAtLeast(long millis, Action action) throws IOException {
    long begin = System.nanoTime();
    action.run();
    Duration taken = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(taken.toMillis() >= millis, () -> "took only " + taken);
  }
}
