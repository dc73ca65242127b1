package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Keeps its connection as long as the server does. */
final class Http1User implements User {
  private final int port;
  private @Nullable RawClient connection;

  /** What came on this connection before, for whoever has to find out. */
  private String before = "";

  private boolean mayBeClosed;

  Http1User(int port) {
    this.port = port;
  }

  @Override
  public @Nullable Answer ask(Order order) throws IOException {
    RawClient client = connection;
    if (client == null) {
      client = RawClient.connect(port);
      connection = client;
      before = "a new connection";
      mayBeClosed = false;
    }
    boolean keep = false;
    try {
      send(client, order);
      if (order.manner() == Order.Manner.QUITTING) {
        if (order.tokens() % 2 == 0) {
          client.reset();
        }
        return null;
      }
      Response response = client.read();
      keep =
          response.complete()
              && !response.announcesClose()
              // A server that answers before the body is there may close unannounced.
              && order.manner() != Order.Manner.HALTING
              && !order.behaviour().is(Behaviour.Trait.ENDS_CONNECTION);
      before = response.status() + " to " + order;
      mayBeClosed = order.behaviour().is(Behaviour.Trait.LEAVES_BODY);
      return new Answer(response, /* lost= */ false);
    } catch (RawClient.NoResponse nothing) {
      if (mayBeClosed) {
        return new Answer(null, /* lost= */ true);
      }
      if (!order.behaviour().is(Behaviour.Trait.BEGINS)) {
        throw new IOException("no answer at all, after " + before);
      }
      return new Answer(null, /* lost= */ false);
    } finally {
      if (!keep) {
        client.close();
        connection = null;
      }
    }
  }

  private static void send(RawClient client, Order order) {
    var head = new StringBuilder();
    head.append(order.method()).append(' ').append(order.target()).append(" HTTP/1.1\r\n");
    head.append("Host: localhost\r\n");
    for (Map.Entry<String, String> header : order.headers()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    String body = order.body();
    if (order.behaviour().upload != Behaviour.Upload.NONE) {
      if (order.chunked()) {
        head.append("Transfer-Encoding: chunked\r\nTrailer: x-trailer\r\n");
        int half = body.length() / 2;
        body =
            chunk(body.substring(0, half))
                + chunk(body.substring(half))
                + "0\r\nx-trailer: "
                + order.token()
                + "\r\n\r\n";
      } else {
        head.append("Content-Length: ").append(body.length()).append("\r\n");
      }
    }
    head.append("\r\n");
    try {
      if (order.manner() == Order.Manner.HALTING) {
        client.send(head + body.substring(0, body.length() / 2));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(order.limit().millis));
        client.send(body.substring(body.length() / 2));
      } else {
        client.send(head + body);
      }
    } catch (IOException e) {
      // The server has answered before it had read all: the answer is to be read.
    }
  }

  private static String chunk(String part) {
    return part.isEmpty() ? "" : Integer.toHexString(part.length()) + "\r\n" + part + "\r\n";
  }

  @Override
  public void close() throws IOException {
    if (connection != null) {
      connection.close();
    }
  }
}
