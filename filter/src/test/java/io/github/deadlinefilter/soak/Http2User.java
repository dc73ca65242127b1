package io.github.deadlinefilter.soak;

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

  /** A connection that several users share, and that is opened again when the server ends it. */
  static final class Shared implements AutoCloseable {
    private final int port;
    private final boolean mayReset;
    private @Nullable Http2Connection connection;

    /**
     * @param mayReset not with Tomcat, which gives the request object of a stream that was reset to
     *     the next stream as it is, of whatever connection: that one gets an empty 500, with this
     *     filter or without it
     */
    Shared(int port, boolean mayReset) {
      this.port = port;
      this.mayReset = mayReset;
    }

    synchronized Http2Connection current() throws IOException {
      Http2Connection current = connection;
      if (current == null || !current.isUsable()) {
        current = new Http2Connection(port);
        connection = current;
      }
      return current;
    }

    @Override
    public synchronized void close() {
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
    // Trailers that cross the answer are an error of the whole connection to Jetty and to Tomcat,
    // with this filter or without it: they have one of their own.
    if (hasTrailers(order)) {
      try (var own = new Http2Connection(port())) {
        Answer answer = ask(order, own);
        Response response = answer == null ? null : answer.response();
        boolean whole = response != null && response.complete();
        return answer == null || whole ? answer : new Answer(response, /* lost= */ true);
      }
    }
    return ask(order, shared.current());
  }

  private int port() {
    return shared.port;
  }

  private static boolean hasTrailers(Order order) {
    return order.chunked() && order.behaviour().upload != Behaviour.Upload.NONE;
  }

  private @Nullable Answer ask(Order order, Http2Connection connection)
      throws IOException, InterruptedException {
    Http2Stream stream;
    try {
      stream = send(connection, order);
    } catch (IOException e) {
      if (connection.goAway() >= 0) {
        return new Answer(null, /* lost= */ true);
      }
      throw e;
    }
    if (order.manner() == Order.Manner.QUITTING && shared.mayReset) {
      connection.reset(stream);
      return null;
    }
    Response response = stream.await();
    connection.forget(stream);
    String malformed = stream.malformed();
    if (malformed != null) {
      throw new IOException(malformed + ": " + response);
    }
    if (response == null
        && stream.resetCode() >= 0
        && !hasTrailers(order)
        && !order.behaviour().is(Behaviour.Trait.BEGINS)) {
      throw new IOException(
          "a stream was reset before its head, with code "
              + stream.resetCode()
              + "; "
              + connection);
    }
    boolean lost = stream.isLost() && connection.isUnlucky();
    if (response == null && stream.isLost() && !lost && !hasTrailers(order)) {
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
    if (order.behaviour().upload == Behaviour.Upload.NONE) {
      return connection.open(fields, /* end= */ true);
    }
    if (!order.chunked()) {
      fields.add(Map.entry("content-length", Integer.toString(body.length)));
    }
    Http2Stream stream = connection.open(fields, /* end= */ false);
    if (order.manner() == Order.Manner.HALTING) {
      connection.send(stream, Arrays.copyOf(body, body.length / 2), /* end= */ false);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(order.limit().millis));
      body = Arrays.copyOfRange(body, body.length / 2, body.length);
    }
    if (!connection.send(stream, body, /* end= */ !order.chunked())) {
      connection.reset(stream); // the server has answered without it
    } else if (order.chunked()) {
      connection.trailers(stream, List.of(Map.entry("x-trailer", order.token())));
    }
    return stream;
  }

  @Override
  public void close() {}
}
