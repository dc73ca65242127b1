package io.github.deadlinefilter.contract;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP client that hides nothing and repairs nothing: what is read is parsed strictly. Any
 * number of requests may be sent before their responses are read, in the same order.
 *
 * <p>Every read fails after {@link Gate#LIMIT}. Not thread-safe, but one thread may send while
 * another reads.
 */
public abstract class RawClient implements AutoCloseable {
  static final int MOST_SHOWN_BYTES = 4 * 1024;

  /** The bytes on the wire are not a response. */
  public static final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(String why) {
      super(why);
    }
  }

  /** The connection or stream ended where a response should have begun. */
  public static final class NoResponse extends IOException {
    private static final long serialVersionUID = 1;

    NoResponse(String why) {
      super("the connection ended before a response began" + why);
    }
  }

  /** A client that speaks as the container is set up to be spoken to. */
  public static RawClient connect(TestContainer container) throws Exception {
    return connect(container, 0);
  }

  /**
   * With a small receive buffer, so that a server that writes much is soon blocked on this client.
   *
   * @param receiveBufferBytes 0 for the usual one
   */
  public static RawClient connect(TestContainer container, int receiveBufferBytes)
      throws Exception {
    return container.wire().connect(container.port(), receiveBufferBytes);
  }

  /** A client that speaks HTTP/1.1 without TLS. */
  public static RawClient connect(int port) throws IOException {
    return new Http1Client(new Socket(), port, /* receiveBufferBytes= */ 0);
  }

  /** The answer to one GET on a connection of its own, which is closed. */
  static Response ask(TestContainer container, String path) throws Exception {
    try (RawClient client = connect(container)) {
      return client.get(path).read();
    }
  }

  /** Sends these characters as bytes of ISO 8859-1, exactly as they are. */
  public final RawClient send(String raw) throws IOException {
    return send(raw.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends a request in the form of HTTP/1.1, or more of the body of the one that was begun. */
  public abstract RawClient send(byte[] raw) throws IOException;

  /** Sends a GET. Each of {@code headers} is a whole line such as {@code "X-User: bob"}. */
  public final RawClient get(String path, String... headers) throws IOException {
    return request("GET", path, "", headers);
  }

  /** Sends a HEAD, to be read by {@link #readHead}. */
  public final RawClient head(String path, String... headers) throws IOException {
    return request("HEAD", path, "", headers);
  }

  /** Sends a POST with its body and its {@code Content-Length}. */
  public final RawClient post(String path, String body, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Length: " + body.length());
    return request("POST", path, body, all.toArray(String[]::new));
  }

  /** Sends a request with a {@code Host} header, these headers, and this body, unframed. */
  public final RawClient request(String method, String path, String body, String... headers)
      throws IOException {
    var request = new StringBuilder();
    request.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return send(request.append("\r\n").append(body).toString());
  }

  /** Reads the next response, and the 1xx responses before it. */
  public final Response read() throws IOException {
    return read(/* ofHead= */ false);
  }

  /** Reads the response to a HEAD, which has no body whatever its headers say. */
  public final Response readHead() throws IOException {
    return read(/* ofHead= */ true);
  }

  abstract Response read(boolean ofHead) throws IOException;

  /** Reads one 1xx response by itself, where what the client sends next depends on it. */
  public abstract int readInformational() throws IOException;

  /**
   * Waits until the server has closed the connection.
   *
   * @return how long after the last send that was
   * @throws Malformed if the server sends anything more
   */
  public abstract Duration closedAfter() throws IOException;

  /** Says that no more requests come, and goes on reading. */
  public abstract void shutdownOutput() throws IOException;

  /** Ends the connection with a reset, as a client that crashes does. */
  public abstract void reset() throws IOException;

  @Override
  public abstract void close() throws IOException;

  /** Bytes as a reader can tell them apart: CR and LF by their escapes, others by their number. */
  static String printable(byte[] bytes) {
    var shown = new StringBuilder();
    for (int i = 0; i < Math.min(bytes.length, MOST_SHOWN_BYTES); i++) {
      char c = (char) (bytes[i] & 0xff);
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        default -> {
          if (c >= ' ' && c < 0x7f) {
            shown.append(c);
          } else {
            shown.append(String.format("\\x%02x", (int) c));
          }
        }
      }
    }
    return bytes.length > MOST_SHOWN_BYTES
        ? shown + " ... " + bytes.length + " bytes"
        : shown.toString();
  }
}
