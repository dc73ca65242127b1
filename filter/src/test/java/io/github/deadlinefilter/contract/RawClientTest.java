package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against canned bytes: it must never take a broken response for a good one. */
class RawClientTest {

  @FunctionalInterface
  private interface Use {
    void of(RawClient client) throws Exception;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not a status line | HTTP/1.0 200 OK~~",
        "not a status line | 200 OK~~",
        "LF without CR | HTTP/1.1 200 OK\\n\\n",
        "CR without LF | HTTP/1.1 200 OK\\r\\r",
        "not a header field | HTTP/1.1 200 OK~Name : value~~",
        "not a header field | HTTP/1.1 200 OK~A: b~ folded~~",
        "not a header field | HTTP/1.1 200 OK~no colon~~",
        "ended inside the head | HTTP/1.1 200 OK~Content-Length: 2~",
        "ended inside the head | HTTP/1.1 20",
        "not a length | HTTP/1.1 200 OK~Content-Length: -1~~",
        "framing is given twice | HTTP/1.1 200 OK~Content-Length: 1~Content-Length: 1~~x",
        "both Transfer-Encoding and | HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length: 1~~",
        "unknown transfer coding | HTTP/1.1 200 OK~Transfer-Encoding: gzip~~",
        "not a chunk's size | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~xyz~",
        "longer than its size | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1~ab~0~~",
      })
  void brokenBytes_throw_andAreShown(String complaint, String wire) throws Exception {
    serving(
        wire,
        client -> {
          var broken = assertThrows(RawClient.Malformed.class, client::read);
          assertTrue(String.valueOf(broken.getMessage()).contains(complaint), broken::toString);
          assertTrue(
              String.valueOf(broken.getMessage()).contains("[HTTP/1.1 20")
                  || complaint.equals("not a status line"),
              broken::toString);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COMPLETE | ab | HTTP/1.1 200 OK~Content-Length: 2~~ab",
        "COMPLETE | ab | HTTP/1.1 200 ~Transfer-Encoding: chunked~~1;x=y~a~1~b~0~T: r~~",
        "COMPLETE | '' | HTTP/1.1 204 No Content~~",
        "COMPLETE | '' | HTTP/1.1 304 Not Modified~Content-Length: 9~~",
        "CUT | a | HTTP/1.1 200 OK~Content-Length: 2~~a",
        "CUT | '' | HTTP/1.1 200 OK~Content-Length: 2~~",
        "CUT | ab | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ab~",
        "CUT | a | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~a",
        "CUT | ab | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~ab~0~",
        "UNFRAMED | ab | HTTP/1.1 200 OK~Connection: close~~ab",
      })
  void endOfBody_isToldExactly(Response.Ending ending, String body, String wire) throws Exception {
    serving(
        wire,
        client -> {
          Response response = client.read();
          assertEquals(ending, response.ending(), response::toString);
          assertEquals(body, response.text());
        });
  }

  @Test
  void informationalResponses_areListed_beforeTheFinalOne() throws Exception {
    serving(
        "HTTP/1.1 100 Continue~~HTTP/1.1 103 Early Hints~Link: x~~HTTP/1.1 204 None~A: 1~a: 2~~",
        client -> {
          Response response = client.read();
          assertEquals(List.of(100, 103), response.informational());
          assertEquals(204, response.status());
          assertEquals(List.of("1", "2"), response.headers("A"));
          assertThrows(RawClient.NoResponse.class, client::read);
        });
  }

  @Test
  void bytesAfterTheResponse_areNotTakenForTheEnd() throws Exception {
    serving(
        "HTTP/1.1 204 None~~stray",
        client -> {
          client.read();
          assertThrows(RawClient.Malformed.class, client::closedAfter);
        });
  }

  @Test
  void deafWork_isNotMovedByInterrupts_butByItsRelease() throws Exception {
    try (var deaf = new Deaf()) {
      Thread worker = new Thread(deaf::hold);
      worker.start();
      deaf.awaitInside(1);
      worker.interrupt();
      Gate.eventually(() -> deaf.interrupts() == 1, "the interrupt was swallowed");
      assertEquals(1, deaf.inside());
      deaf.release();
      deaf.awaitLeft();
      worker.join(Gate.LIMIT.toMillis());
    }
  }

  /** Serves these bytes to one client and ends the connection; {@code ~} stands for CRLF. */
  private static void serving(String wire, Use use) throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawClient client = RawClient.connect(server.getLocalPort())) {
      write(server, wire.replace("~", "\r\n").replace("\\r", "\r").replace("\\n", "\n"));
      use.of(client);
    }
  }

  private static void write(ServerSocket server, String bytes) throws IOException {
    try (Socket accepted = server.accept()) {
      accepted.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
