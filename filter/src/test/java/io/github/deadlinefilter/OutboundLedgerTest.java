package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.github.deadlinefilter.http.DeadlineHttpClient;
import io.github.deadlinefilter.net.DeadlineSocketFactory;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the adapters for HTTP and for sockets write in the ledger of a request. */
final class OutboundLedgerTest {
  private final RequestDeadline deadline =
      new RequestDeadline(
          SharedClockwork.INSTANCE, "GET /reports", Duration.ofMinutes(1).toNanos());
  private HttpServer server;

  @BeforeEach
  void begin() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          if (exchange.getRequestURI().getPath().equals("/hello")) {
            exchange.close();
          } else {
            exchange.getResponseBody().flush(); // and no end
          }
        });
    server.start();
    Deadline.replaceCurrent(deadline);
  }

  @AfterEach
  void end() {
    Deadline.replaceCurrent(null);
    server.stop(0);
  }

  @Test
  void httpCall_isInTheLedgerUntilItsBodyIsComplete() throws Exception {
    HttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
    int port = server.getAddress().getPort();
    URI here = URI.create("http://127.0.0.1:" + port);
    client.send(
        HttpRequest.newBuilder(here.resolve("/hello?user=me")).build(), BodyHandlers.discarding());
    String ended = deadline.whereTimeWent();
    assertTrue(ended.matches("http 1 call \\S+"), ended);
    HttpRequest endless = HttpRequest.newBuilder(here.resolve("/endless")).build();
    try (InputStream body = client.send(endless, BodyHandlers.ofInputStream()).body()) {
      String reading = deadline.whereTimeWent();
      assertTrue(reading.contains("still in http GET 127.0.0.1:" + port + " for"), reading);
      assertEquals(0, body.available());
    }
    String closed = deadline.whereTimeWent();
    assertTrue(closed.matches("http 2 calls \\S+"), closed);
  }

  @Test
  void socket_itsConnectAndReadsAreInTheLedger() throws Exception {
    try (Socket socket =
        new DeadlineSocketFactory()
            .createSocket(server.getAddress().getAddress(), server.getAddress().getPort())) {
      socket.getOutputStream().write("nonsense\r\n\r\n".getBytes(US_ASCII));
      assertEquals('H', socket.getInputStream().read());
      String noted = deadline.whereTimeWent();
      assertTrue(noted.matches("net 2 calls \\S+"), noted);
    }
  }
}
