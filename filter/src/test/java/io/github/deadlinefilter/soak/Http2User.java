package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Has one stream at a time on a connection that it shares with others. */
final class Http2User implements User {

  private static final int PROTOCOL_ERROR = 1;

  /** A connection that several users share, and that is opened again when the server ends it. */
  static final class Shared implements AutoCloseable {
    private static final int LEAST_WINDOW = 16 * 1024;

    private final int port;
    private final Containers container;
    private @Nullable Http2Connection connection;
    private final List<Http2Connection> former = new ArrayList<>();

    Shared(int port, Containers container) {
      this.port = port;
      this.container = container;
    }

    /**
     * Not with containers to which the reset of one stream is a danger to others, with this filter
     * or without it. Tomcat gives its request object to the next stream as it is, of whatever
     * connection: that one gets an empty 500. Undertow gives its buffer to whoever needs one next,
     * while a servlet still writes to it: that one's body has bytes of the answer.
     */
    boolean mayReset() {
      return container != Containers.TOMCAT && container != Containers.UNDERTOW;
    }

    /**
     * A part of a body that comes to Tomcat while its stream ends leaves its length in the request
     * object, for the next stream of whatever connection, which is refused for it.
     */
    boolean mayReuseDirty() {
      return container == Containers.TOMCAT;
    }

    synchronized Http2Connection current() throws IOException {
      Http2Connection current = connection;
      if (current == null || !current.isUsable() || isStarved(current)) {
        if (current != null) {
          former.add(current); // others may still wait for their answers on it
        }
        current = open();
        connection = current;
      }
      return current;
    }

    /** Undertow's users take nothing back, not even what nobody wants any more. */
    Http2Connection open() throws IOException {
      return new Http2Connection(port, /* finishing= */ container == Containers.UNDERTOW);
    }

    /**
     * Tomcat 10.1 does not give the connection's window back for a body that nobody has read, with
     * this filter or without it.
     */
    private boolean isStarved(Http2Connection current) {
      return container == Containers.TOMCAT && current.window() < LEAST_WINDOW;
    }

    @Override
    public synchronized void close() {
      former.forEach(Http2Connection::close);
      if (connection != null) {
        connection.close();
      }
    }
  }

  private final Shared shared;

  Http2User(Shared shared) {
    this.shared = shared;
  }

  @Override
  public @Nullable Answer ask(Order order) throws IOException, InterruptedException {
    if (mayEndConnection(order)) {
      try (var own = shared.open()) {
        Answer answer = ask(order, own);
        Response response = answer == null ? null : answer.response();
        boolean whole = response != null && response.complete();
        return answer == null || whole ? answer : new Answer(response, /* lost= */ true);
      }
    }
    return ask(order, shared.current());
  }

  /**
   * What crosses its answer may end the whole connection, with this filter or without it: trailers
   * for Jetty and Tomcat, for Undertow every part of a body once its stream has been reset. Such a
   * request has one of its own.
   */
  private boolean mayEndConnection(Order order) {
    return hasBody(order)
        && (order.chunked() || (shared.container == Containers.UNDERTOW && !isSentAtOnce(order)));
  }

  private static boolean hasBody(Order order) {
    return order.behaviour().upload != Behaviour.Upload.NONE;
  }

  private static boolean isSentAtOnce(Order order) {
    return !order.chunked()
        && order.manner() != Order.Manner.HALTING
        && !order.behaviour().is(Behaviour.Trait.BIG);
  }

  private @Nullable Answer ask(Order order, Http2Connection connection)
      throws IOException, InterruptedException {
    Http2Stream stream;
    try {
      stream = send(connection, order);
    } catch (IOException e) {
      if (connection.goAway() >= 0 || mayEndConnection(order)) {
        return new Answer(null, /* lost= */ true);
      }
      throw e;
    }
    if (order.manner() == Order.Manner.QUITTING && shared.mayReset()) {
      connection.reset(stream);
      return null;
    }
    Response response = stream.await();
    connection.forget(stream);
    String malformed = stream.malformed();
    if (malformed != null) {
      throw new IOException(malformed + ": " + response);
    }
    boolean lost =
        (stream.isLost() && connection.isUnlucky())
            || (response == null && shared.mayReuseDirty() && stream.resetCode() == PROTOCOL_ERROR);
    if (response == null
        && stream.resetCode() >= 0
        && !lost
        && !mayEndConnection(order)
        && !order.behaviour().is(Behaviour.Trait.BEGINS)) {
      throw new IOException(
          "a stream was reset before its head, with code "
              + stream.resetCode()
              + "; "
              + connection);
    }
    if (response == null && stream.isLost() && !lost && !mayEndConnection(order)) {
      throw new IOException("no answer: " + connection);
    }
    return new Answer(response, lost);
  }

  private static Http2Stream send(Http2Connection connection, Order order) throws IOException {
    byte[] body = order.body().getBytes(StandardCharsets.US_ASCII);
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    fields.add(Map.entry(":method", order.method()));
    fields.add(Map.entry(":scheme", "http"));
    fields.add(Map.entry(":path", order.target()));
    fields.add(Map.entry(":authority", "localhost"));
    fields.addAll(order.headers());
    if (!hasBody(order)) {
      return connection.ask(fields);
    }
    if (!order.chunked()) {
      fields.add(Map.entry("content-length", Integer.toString(body.length)));
    }
    if (isSentAtOnce(order)) {
      return connection.ask(fields, body);
    }
    Http2Stream stream = connection.begin(fields);
    if (order.manner() == Order.Manner.HALTING) {
      connection.send(stream, Arrays.copyOf(body, body.length / 2), /* end= */ false);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(order.limit().millis));
      body = Arrays.copyOfRange(body, body.length / 2, body.length);
    }
    if (!connection.send(stream, body, /* end= */ !order.chunked())) {
      if (!stream.isReset()) {
        connection.reset(stream); // the server has answered without it
      }
    } else if (order.chunked()) {
      connection.trailers(stream, List.of(Map.entry("x-trailer", order.token())));
    }
    return stream;
  }

  @Override
  public void close() {}
}
