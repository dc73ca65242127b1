package io.github.deadlinefilter.demo.backend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP service: {@code GET /delay/SECONDS} is answered that much later. A waiting request
 * occupies no thread, so two threads serve any number of them.
 */
final class DelayServer implements AutoCloseable {
  private static final int LONGEST_SECONDS = 120;
  private static final Pattern PATH = Pattern.compile("/delay/([0-9]{1,3}(?:\\.[0-9]{1,3})?)");

  private final ScheduledExecutorService threads = new ScheduledThreadPoolExecutor(2);
  private final HttpServer server;

  /** Listens on a free port of loopback. */
  DelayServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::accept);
    server.setExecutor(threads);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void accept(HttpExchange exchange) {
    Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
    long millis = path.matches() ? new BigDecimal(path.group(1)).movePointRight(3).longValue() : -1;
    if (millis < 0 || millis > LONGEST_SECONDS * 1000L) {
      answer(exchange, 400, "accepted is /delay/SECONDS, from 0 to " + LONGEST_SECONDS + "\n");
    } else {
      var unused =
          threads.schedule(() -> answer(exchange, 200, "done\n"), millis, TimeUnit.MILLISECONDS);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) {
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // The client has gone: for a service that is waited for in vain that is the rule.
      return;
    }
  }

  @Override
  public void close() {
    server.stop(/* delay= */ 0);
    threads.shutdownNow();
  }
}
