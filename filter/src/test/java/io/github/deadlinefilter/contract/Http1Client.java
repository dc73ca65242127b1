package io.github.deadlinefilter.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@link RawClient} on a socket, plain or TLS: what is sent is sent as given, byte by byte, and a
 * response that is not exactly HTTP throws {@link Malformed} with its bytes.
 */
final class Http1Client extends RawClient {
  private static final int MOST_HEAD_BYTES = 64 * 1024;
  private static final int MOST_BODY_BYTES = 64 * 1024 * 1024;

  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.1 ([1-9]\\d\\d) ([^\\x00-\\x1f\\x7f]*)");
  private static final Pattern FIELD =
      Pattern.compile(
          "([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*?)[ \\t]*");
  private static final Pattern CHUNK_SIZE =
      Pattern.compile("([0-9a-fA-F]{1,8})(;[^\\x00-\\x1f\\x7f]*)?");
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

  private final Socket socket;
  private final InputStream in;
  private volatile long sentAt = System.nanoTime();

  /** The bytes of the response that is being read, for {@link Malformed}. */
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  /** Where the read that is under way has its time limit from. */
  private long readStart;

  private final byte[] buffer = new byte[8 * 1024];
  private int position;
  private int limit;

  /**
   * @param receiveBufferBytes 0 for the system's own
   */
  Http1Client(Socket socket, int port, int receiveBufferBytes) throws IOException {
    this.socket = socket;
    try {
      if (receiveBufferBytes > 0) {
        socket.setReceiveBufferSize(receiveBufferBytes);
      }
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
          Math.toIntExact(Gate.LIMIT.toMillis()));
      this.in = socket.getInputStream();
    } catch (Throwable failure) {
      socket.close();
      throw failure;
    }
  }

  @Override
  public RawClient send(byte[] raw) throws IOException {
    sentAt = System.nanoTime();
    socket.getOutputStream().write(raw);
    return this;
  }

  @Override
  public int readInformational() throws IOException {
    readStart = System.nanoTime();
    seen.reset();
    int status = Integer.parseInt(match(STATUS_LINE, line(true), "not a status line").group(1));
    if (status >= 200) {
      throw malformed("not a 1xx response");
    }
    fields();
    return status;
  }

  /** Reads a line of what the connection speaks after an upgrade. */
  String readLine() throws IOException {
    readStart = System.nanoTime();
    seen.reset();
    return line(/* first= */ true);
  }

  @Override
  Response read(boolean ofHead) throws IOException {
    readStart = System.nanoTime();
    List<Integer> informational = new ArrayList<>();
    try {
      while (true) {
        seen.reset();
        Matcher statusLine = match(STATUS_LINE, line(/* first= */ true), "not a status line");
        int status = Integer.parseInt(statusLine.group(1));
        List<Map.Entry<String, String>> headers = fields();
        if (status >= 200 || status == 101) {
          return finalResponse(status, statusLine.group(2), headers, ofHead, informational);
        }
        informational.add(status);
      }
    } catch (EndOfStream end) {
      throw malformed("the connection ended inside the head");
    }
  }

  private Response finalResponse(
      int status,
      String reason,
      List<Map.Entry<String, String>> headers,
      boolean ofHead,
      List<Integer> informational)
      throws IOException {
    long headNanos = System.nanoTime() - sentAt;
    var body = new ByteArrayOutputStream();
    List<Map.Entry<String, String>> trailers = new ArrayList<>();
    boolean bodiless = ofHead || status < 200 || status == 204 || status == 304;
    Response.Ending ending = body(headers, bodiless, body, trailers);
    return new Response(
        status,
        reason,
        List.copyOf(headers),
        body.toString(StandardCharsets.ISO_8859_1),
        List.copyOf(trailers),
        ending,
        List.copyOf(informational),
        headNanos,
        System.nanoTime() - sentAt);
  }

  private Response.Ending body(
      List<Map.Entry<String, String>> headers,
      boolean bodiless,
      ByteArrayOutputStream body,
      List<Map.Entry<String, String>> trailers)
      throws IOException {
    List<String> codings = values(headers, "Transfer-Encoding");
    List<String> lengths = values(headers, "Content-Length");
    if (!codings.isEmpty() && !lengths.isEmpty()) {
      throw malformed("both Transfer-Encoding and Content-Length");
    }
    if (lengths.size() > 1 || codings.size() > 1) {
      throw malformed("the framing is given twice");
    }
    if (!codings.isEmpty() && !codings.get(0).equalsIgnoreCase("chunked")) {
      throw malformed("an unknown transfer coding");
    }
    if (!lengths.isEmpty()) {
      match(LENGTH, lengths.get(0), "not a length");
    }
    if (bodiless) {
      return Response.Ending.COMPLETE;
    }
    if (!codings.isEmpty()) {
      return chunks(body, trailers);
    }
    if (!lengths.isEmpty()) {
      return bytes(Long.parseLong(lengths.get(0)), body)
          ? Response.Ending.COMPLETE
          : Response.Ending.CUT;
    }
    int next;
    while ((next = next()) >= 0) {
      append(next, body);
    }
    return Response.Ending.UNFRAMED;
  }

  private Response.Ending chunks(
      ByteArrayOutputStream body, List<Map.Entry<String, String>> trailers) throws IOException {
    try {
      while (true) {
        Matcher sizeLine = match(CHUNK_SIZE, line(/* first= */ false), "not a chunk's size");
        long size = Long.parseLong(sizeLine.group(1), 16);
        if (size == 0) {
          trailers.addAll(fields());
          return Response.Ending.COMPLETE;
        }
        if (!bytes(size, body)) {
          return Response.Ending.CUT;
        }
        if (!line(/* first= */ false).isEmpty()) {
          throw malformed("a chunk longer than its size");
        }
      }
    } catch (EndOfStream end) {
      return Response.Ending.CUT;
    }
  }

  private boolean bytes(long number, ByteArrayOutputStream body) throws IOException {
    for (long left = number; left > 0; ) {
      int next = next();
      if (next < 0) {
        return false;
      }
      append(next, body);
      left--;
      // What has come with it at once: not byte by byte.
      int more = (int) Math.min(left, limit - position);
      if (more > 0) {
        if (body.size() + more > MOST_BODY_BYTES) {
          throw tooLong();
        }
        body.write(buffer, position, more);
        seen.write(buffer, position, Math.min(more, Math.max(0, MOST_SHOWN_BYTES - seen.size())));
        position += more;
        left -= more;
      }
    }
    return true;
  }

  private void append(int next, ByteArrayOutputStream body) throws IOException {
    if (body.size() == MOST_BODY_BYTES) {
      throw tooLong();
    }
    body.write(next);
  }

  private IOException tooLong() {
    return malformed("a body of more than " + MOST_BODY_BYTES + " bytes");
  }

  /** Header or trailer fields, up to and with the empty line. */
  private List<Map.Entry<String, String>> fields() throws IOException {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    while (true) {
      String line = line(/* first= */ false);
      if (line.isEmpty()) {
        return fields;
      }
      Matcher field = match(FIELD, line, "not a header field");
      fields.add(Map.entry(field.group(1), field.group(2)));
    }
  }

  /** A line without its CRLF, which no bare CR or LF may stand for. */
  private String line(boolean first) throws IOException {
    var line = new StringBuilder();
    while (true) {
      int next = next();
      if (next < 0) {
        throw first && line.length() == 0 ? new NoResponse("") : new EndOfStream();
      }
      if (next == '\r') {
        if (next() != '\n') {
          throw malformed("CR without LF");
        }
        return line.toString();
      }
      if (next == '\n') {
        throw malformed("LF without CR");
      }
      if (line.length() == MOST_HEAD_BYTES) {
        throw malformed("a line of more than " + MOST_HEAD_BYTES + " bytes");
      }
      line.append((char) next);
    }
  }

  /** The next byte, or -1 where the connection ended, be it by FIN or by reset. */
  private int next() throws IOException {
    if (position == limit) {
      int read = fill();
      if (read < 0) {
        return -1;
      }
      position = 0;
      limit = read;
    }
    int next = buffer[position++] & 0xff;
    if (seen.size() < MOST_SHOWN_BYTES) {
      seen.write(next);
    }
    return next;
  }

  private int fill() throws IOException {
    long leftMillis = Gate.LIMIT.minusNanos(System.nanoTime() - readStart).toMillis();
    if (leftMillis <= 0) {
      throw tooSlow();
    }
    socket.setSoTimeout(Math.toIntExact(leftMillis));
    try {
      return in.read(buffer);
    } catch (SocketTimeoutException timeout) {
      throw tooSlow();
    } catch (SocketException reset) {
      return -1;
    }
  }

  private AssertionError tooSlow() {
    return new AssertionError(
        "not read within " + Gate.LIMIT + ", so far: [" + printable(seen.toByteArray()) + "]");
  }

  @Override
  public Duration closedAfter() throws IOException {
    readStart = System.nanoTime();
    seen.reset();
    if (next() >= 0) {
      throw malformed("more bytes where the connection should end");
    }
    return Duration.ofNanos(System.nanoTime() - sentAt);
  }

  @Override
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    close();
  }

  @Override
  public void close() throws IOException {
    if (!socket.isClosed()) {
      socket.setSoTimeout(1); // TLS waits for the server's farewell: a parked request has none
      socket.close();
    }
  }

  private Matcher match(Pattern pattern, String text, String complaint) throws Malformed {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw malformed(complaint);
    }
    return matcher;
  }

  private static List<String> values(List<Map.Entry<String, String>> fields, String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  private Malformed malformed(String why) {
    return new Malformed(why + ": [" + printable(seen.toByteArray()) + "]");
  }

  /** The connection ended inside a line. */
  private static final class EndOfStream extends IOException {
    private static final long serialVersionUID = 1;
  }
}
