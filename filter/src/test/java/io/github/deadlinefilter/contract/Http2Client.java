package io.github.deadlinefilter.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * {@link RawClient} on one connection of HTTP/2, a stream for each request: it sends what stands
 * there in the form of HTTP/1.1 as frames, with the body as far as it is given, and reads the body
 * of a response only while it is asked to.
 */
final class Http2Client extends RawClient {
  private static final class Shared {
    static final HTTP2Client CLIENT = started(/* receiveBufferBytes= */ 0);
  }

  /** A stream, and what has happened on it. */
  private static final class Exchange implements Stream.Listener {
    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /** A reset throws away what is not read: a client with no reason to be slow reads at once. */
    final boolean eager;

    volatile @Nullable Stream stream;

    /** All that was given to the stream has left. */
    CompletableFuture<Stream> sent = new CompletableFuture<>();

    /** What the client still owes of the request's body; null for one that comes in chunks. */
    @Nullable Long owed = 0L;

    Exchange(boolean eager) {
      this.eager = eager;
    }

    @Override
    public void onHeaders(Stream stream, HeadersFrame frame, Callback callback) {
      events.add(Event.of(frame));
      callback.succeeded();
      if (eager && !frame.isEndStream()) {
        stream.demand();
      }
    }

    @Override
    public void onDataAvailable(Stream stream) {
      Stream.Data data = stream.readData();
      if (data != null) {
        byte[] bytes = new byte[data.frame().getByteBuffer().remaining()];
        data.frame().getByteBuffer().get(bytes);
        boolean last = data.frame().isEndStream();
        data.release();
        events.add(Event.of(new String(bytes, StandardCharsets.ISO_8859_1), last));
        if (last) {
          return;
        }
      }
      if (eager || data == null) {
        stream.demand();
      }
    }

    @Override
    public void onReset(Stream stream, ResetFrame frame, Callback callback) {
      events.add(Event.cut(frame));
      callback.succeeded();
    }

    @Override
    public void onFailure(
        Stream stream, int error, String reason, Throwable failure, Callback callback) {
      events.add(Event.cut("error " + error + " " + reason + " " + failure));
      callback.succeeded();
    }
  }

  /**
   * Headers, or data, or neither: then the stream was cut.
   *
   * @param why it was cut; empty if it was not
   */
  private record Event(
      @Nullable HeadersFrame headers, @Nullable String data, boolean last, String why) {
    static Event of(HeadersFrame headers) {
      return new Event(headers, null, headers.isEndStream(), "");
    }

    static Event of(String data, boolean last) {
      return new Event(null, data, last, "");
    }

    static Event cut(Object why) {
      return new Event(null, null, true, why.toString());
    }
  }

  private final @Nullable HTTP2Client own;
  private final Session session;
  private final Deque<Exchange> unread = new ArrayDeque<>();
  private final LinkedBlockingQueue<Boolean> closed = new LinkedBlockingQueue<>();
  private @Nullable Exchange last;
  private volatile long sentAt = System.nanoTime();

  Http2Client(int port, int receiveBufferBytes) throws Exception {
    own = receiveBufferBytes == 0 ? null : started(receiveBufferBytes);
    HTTP2Client client = own == null ? Shared.CLIENT : own;
    var listener =
        new Session.Listener() {
          @Override
          public void onClose(Session session, GoAwayFrame frame, Callback callback) {
            ended(frame, callback);
          }

          @Override
          public void onFailure(Session session, Throwable failure, Callback callback) {
            ended(failure, callback);
          }
        };
    session =
        client
            .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), listener)
            .get(Gate.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static HTTP2Client started(int receiveBufferBytes) {
    var client = new HTTP2Client();
    var threads = new QueuedThreadPool(8, 1);
    threads.setName("http2-client");
    threads.setDaemon(true);
    client.setExecutor(threads);
    client.setUseALPN(false);
    if (receiveBufferBytes > 0) {
      client.setInitialStreamRecvWindow(receiveBufferBytes);
    }
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return client;
  }

  private void ended(Object why, Callback callback) {
    closed.add(true);
    synchronized (unread) {
      unread.forEach(exchange -> exchange.events.add(Event.cut(why)));
    }
    callback.succeeded();
  }

  // ---- requests

  @Override
  public RawClient send(byte[] raw) throws IOException {
    sentAt = System.nanoTime();
    String rest = new String(raw, StandardCharsets.ISO_8859_1);
    while (!rest.isEmpty()) {
      Exchange begun = last;
      rest = begun != null ? body(begun, rest) : head(rest);
    }
    return this;
  }

  /** Sends a head, and what there is of its body; returns what follows that. */
  private String head(String text) throws IOException {
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IllegalArgumentException("not a whole head: " + text);
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    HttpFields.Mutable fields = HttpFields.build();
    var exchange = new Exchange(own == null);
    for (String line : List.of(lines).subList(1, lines.length)) {
      String name = line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
      String value = line.substring(line.indexOf(':') + 1).strip();
      switch (name) {
        case "host", "connection" -> {} // :authority, and not for HTTP/2
        case "transfer-encoding" -> exchange.owed = null;
        default -> fields.add(name, value);
      }
      if (name.equals("content-length")) {
        exchange.owed = Long.parseLong(value);
      }
    }
    var request =
        new MetaData.Request(
            first[0], HttpURI.from("http://localhost" + first[1]), HttpVersion.HTTP_2, fields);
    Long owed = exchange.owed;
    boolean whole = owed != null && owed == 0;
    synchronized (unread) {
      unread.add(exchange);
    }
    Stream stream = get(session.newStream(new HeadersFrame(request, null, whole), exchange));
    exchange.stream = stream;
    exchange.sent = CompletableFuture.completedFuture(stream);
    last = whole ? null : exchange;
    return text.substring(end + 4);
  }

  private String body(Exchange exchange, String text) throws IOException {
    Long owed = exchange.owed;
    if (owed == null) {
      return chunk(exchange, text);
    }
    int length = Math.toIntExact(Math.min(owed, text.length()));
    boolean whole = length == owed;
    exchange.owed = owed - length;
    data(exchange, text.substring(0, length), whole);
    last = whole ? null : exchange;
    return text.substring(length);
  }

  private String chunk(Exchange exchange, String text) throws IOException {
    int line = text.indexOf("\r\n");
    int size = Integer.parseInt(text.substring(0, line).replaceFirst(";.*", ""), 16);
    if (size > 0) {
      data(exchange, text.substring(line + 2, line + 2 + size), /* whole= */ false);
      return text.substring(line + 2 + size + 2);
    }
    int end = text.indexOf("\r\n\r\n", line);
    String trailers = text.substring(line, end);
    if (trailers.isEmpty()) {
      data(exchange, "", /* whole= */ true);
    } else {
      HttpFields.Mutable fields = HttpFields.build();
      for (String trailer : trailers.strip().split("\r\n", -1)) {
        int colon = trailer.indexOf(':');
        fields.add(
            trailer.substring(0, colon).toLowerCase(Locale.ROOT),
            trailer.substring(colon + 1).strip());
      }
      Stream stream = stream(exchange);
      var frame =
          new HeadersFrame(stream.getId(), new MetaData(HttpVersion.HTTP_2, fields), null, true);
      exchange.sent = exchange.sent.thenCompose(before -> stream.headers(frame));
    }
    last = null;
    return text.substring(end + 4);
  }

  private void data(Exchange exchange, String text, boolean whole) throws IOException {
    Stream stream = stream(exchange);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    // Not awaited: the server may take its time to read. One after the other: a stream takes no
    // more.
    exchange.sent =
        exchange.sent.thenCompose(
            before -> stream.data(new DataFrame(stream.getId(), bytes, whole)));
  }

  private static Stream stream(Exchange exchange) {
    Stream stream = exchange.stream;
    if (stream == null) {
      throw new IllegalStateException("no stream");
    }
    return stream;
  }

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get(Gate.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new IOException(e);
    }
  }

  // ---- responses

  @Override
  public int readInformational() throws IOException {
    MetaData.Response head = response(next(first(), System.nanoTime()));
    if (head.getStatus() >= 200) {
      throw new Malformed("not a 1xx response: " + head);
    }
    return head.getStatus();
  }

  @Override
  Response read(boolean ofHead) throws IOException {
    long start = System.nanoTime();
    Exchange exchange = first();
    List<Integer> informational = new ArrayList<>();
    Event event = next(exchange, start);
    while (event.headers() != null && response(event).getStatus() < 200) {
      informational.add(response(event).getStatus());
      event = next(exchange, start);
    }
    synchronized (unread) {
      unread.remove(exchange);
    }
    MetaData.Response head = response(event);
    long headNanos = System.nanoTime() - sentAt;
    var body = new ByteArrayOutputStream();
    List<Map.Entry<String, String>> trailers = new ArrayList<>();
    Response.Ending ending = body(exchange, event, start, body, trailers);
    long length = head.getHttpFields().getLongField("Content-Length");
    if (ending == Response.Ending.COMPLETE
        && !ofHead
        && head.getStatus() != 304
        && length >= 0
        && length != body.size()) {
      throw new Malformed(body.size() + " bytes in a response of " + head);
    }
    return new Response(
        head.getStatus(),
        "",
        fields(head.getHttpFields()),
        body.toString(StandardCharsets.ISO_8859_1),
        List.copyOf(trailers),
        ending,
        List.copyOf(informational),
        headNanos,
        System.nanoTime() - sentAt);
  }

  private static Response.Ending body(
      Exchange exchange,
      Event head,
      long start,
      ByteArrayOutputStream body,
      List<Map.Entry<String, String>> trailers)
      throws IOException {
    Stream stream = stream(exchange);
    boolean ended = head.last();
    while (!ended) {
      if (!exchange.eager) {
        stream.demand();
      }
      Event event = next(exchange, start);
      HeadersFrame headers = event.headers();
      String data = event.data();
      if (headers != null) {
        trailers.addAll(fields(headers.getMetaData().getHttpFields()));
      } else if (data != null) {
        body.writeBytes(data.getBytes(StandardCharsets.ISO_8859_1));
      } else {
        return Response.Ending.CUT;
      }
      ended = event.last();
    }
    return Response.Ending.COMPLETE;
  }

  private Exchange first() {
    synchronized (unread) {
      Exchange first = unread.peek();
      if (first == null) {
        throw new IllegalStateException("no request has been sent");
      }
      return first;
    }
  }

  private static Event next(Exchange exchange, long start) throws IOException {
    try {
      long left = Gate.LIMIT.toNanos() - (System.nanoTime() - start);
      Event event = exchange.events.poll(left, TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("not read within " + Gate.LIMIT);
      }
      return event;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static MetaData.Response response(Event event) throws IOException {
    HeadersFrame headers = event.headers();
    if (headers == null) {
      throw new NoResponse(": " + event.why());
    } else if (headers.getMetaData() instanceof MetaData.Response response) {
      return response;
    }
    throw new Malformed("not the head of a response: " + headers);
  }

  private static List<Map.Entry<String, String>> fields(HttpFields fields) {
    List<Map.Entry<String, String>> all = new ArrayList<>();
    for (HttpField field : fields) {
      all.add(Map.entry(field.getName(), String.valueOf(field.getValue())));
    }
    return List.copyOf(all);
  }

  // ---- the connection

  @Override
  public Duration closedAfter() throws IOException {
    try {
      if (closed.poll(Gate.LIMIT.toMillis(), TimeUnit.MILLISECONDS) == null) {
        throw new AssertionError("not closed within " + Gate.LIMIT);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return Duration.ofNanos(System.nanoTime() - sentAt);
  }

  @Override
  public void shutdownOutput() throws IOException {
    get(session.shutdown());
  }

  @Override
  public void reset() throws IOException {
    ((HTTP2Session) session).getEndPoint().close();
    close();
  }

  @Override
  public void close() throws IOException {
    session.close(0, null, Callback.NOOP);
    if (own != null) {
      try {
        own.stop();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
