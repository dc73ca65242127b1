package io.github.deadlinefilter.contract;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Just enough of an HTTP/2 client to be rude: it leaves a request's body unfinished and resets the
 * stream when it likes, which no well-mannered client lets a test time. Without TLS, by prior
 * knowledge; reads frames, not their header blocks.
 *
 * <p>Every read fails after {@link Gate#LIMIT}. Not thread-safe.
 */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int WINDOW_UPDATE = 8;
  private static final int INITIAL_WINDOW_SIZE = 4;

  static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;

  private static final int CANCEL = 8;

  /** One frame as it came, with a character for each byte. */
  record Frame(int type, int flags, int stream, String text) {
    /** Whether the server says that the response is whole. */
    boolean endsStream() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
  }

  private final Socket socket;
  private final DataInputStream in;

  RawHttp2(int port) throws IOException {
    this(new Socket(), port);
    send(SETTINGS, 0, 0, new byte[0]);
  }

  /**
   * Lets the server send as much as it likes, and takes little of it before it is read: what stops
   * the server is the connection, in the middle of a frame.
   */
  static RawHttp2 taking(int port, int receiveBufferBytes) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(receiveBufferBytes);
    var client = new RawHttp2(socket, port);
    client.send(SETTINGS, 0, 0, new byte[] {0, INITIAL_WINDOW_SIZE, 127, -1, -1, -1});
    client.send(WINDOW_UPDATE, 0, 0, new byte[] {127, -1, 0, 0});
    return client;
  }

  private RawHttp2(Socket socket, int port) throws IOException {
    this.socket = socket;
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(Math.toIntExact(Gate.LIMIT.toMillis()));
    in = new DataInputStream(socket.getInputStream());
    socket
        .getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends a GET, whole. */
  void get(int stream, String path) throws IOException {
    send(HEADERS, END_HEADERS | END_STREAM, stream, head("GET", path));
  }

  /** Sends the head of a POST and the beginning of its body, which it owes the rest of. */
  void unfinishedPost(int stream, String path, String begin) throws IOException {
    unfinishedPost(stream, path);
    send(DATA, 0, stream, begin.getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends the head of a POST whose body it owes. */
  void unfinishedPost(int stream, String path) throws IOException {
    send(HEADERS, END_HEADERS, stream, head("POST", path));
  }

  void reset(int stream) throws IOException {
    send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
  }

  /** The body of the response, up to its end or its reset; null for a reset. */
  @Nullable String body(int stream) throws IOException {
    var body = new StringBuilder();
    while (true) {
      Frame frame = next();
      if (frame.stream() != stream) {
        continue;
      }
      if (frame.type() == RST_STREAM) {
        return null;
      }
      if (frame.type() == DATA) {
        body.append(frame.text());
      }
      if (frame.endsStream()) {
        return body.toString();
      }
    }
  }

  /** The next frame that is about a request; settings are acknowledged on the way. */
  Frame next() throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      byte[] payload = in.readNBytes(length);
      if (payload.length < length) {
        throw new EOFException("inside a frame");
      }
      if (type == SETTINGS && (flags & ACK) == 0) {
        send(SETTINGS, ACK, 0, new byte[0]);
      } else if (type == DATA || type == HEADERS || type == RST_STREAM) {
        return new Frame(type, flags, stream, new String(payload, StandardCharsets.ISO_8859_1));
      }
    }
  }

  private void send(int type, int flags, int stream, byte[] payload) throws IOException {
    var frame = new ByteArrayOutputStream();
    for (int shift = 16; shift >= 0; shift -= 8) {
      frame.write(payload.length >>> shift);
    }
    frame.write(type);
    frame.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      frame.write(stream >>> shift);
    }
    frame.writeBytes(payload);
    socket.getOutputStream().write(frame.toByteArray());
  }

  /** Literal fields without indexing and without Huffman coding: no state, no table. */
  private static byte[] head(String method, String path) {
    var block = new ByteArrayOutputStream();
    field(block, ":method", method);
    field(block, ":scheme", "http");
    field(block, ":path", path);
    field(block, ":authority", "localhost");
    return block.toByteArray();
  }

  private static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      block.write(text.length()); // below 127
      block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
