package io.github.deadlinefilter.demo.backend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The proxies' switchboard, HTTP on loopback: {@code GET /} shows all faults and how many
 * connections there are, {@code PUT
 * /NAME?latency=200ms&jitter=50ms&bandwidth=10000&blackhole=true&reset=true} sets those of one
 * proxy in place of what was there, {@code DELETE /NAME} clears them. {@code GET
 * /runs?since=MILLIS} tells what the backends have had to do for the runs of the demo's page.
 * Answers are JSON; a parameter that cannot be read is a 400 that names it.
 *
 * <p>Pages of a web browser on this machine cannot use it: they get no say over PUT and DELETE of
 * another origin, and a Host that is not this machine's own is refused.
 */
final class FaultControl implements AutoCloseable {
  private static final Pattern LOOPBACK_HOST =
      Pattern.compile("(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::[0-9]+)?");

  private static final Pattern SINCE = Pattern.compile("since=([0-9]{1,15})");

  private final Map<String, FaultProxy> proxies;
  private final RunLog runs;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final HttpServer server;

  /**
   * Listens on loopback.
   *
   * @param port 0 for any free one
   * @throws java.net.BindException if the port is taken
   */
  FaultControl(int port, List<FaultProxy> proxies, RunLog runs) throws IOException {
    this.runs = runs;
    this.proxies = new LinkedHashMap<>();
    proxies.forEach(proxy -> this.proxies.put(proxy.name(), proxy));
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      thread.shutdown();
      throw e;
    }
    server.createContext("/", this::handle);
    server.setExecutor(thread);
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !LOOPBACK_HOST.matcher(host).matches()) {
        refuse(exchange, 403, "only for this machine: use 127.0.0.1 as the host");
        return;
      }
      String name = exchange.getRequestURI().getPath().substring(1);
      if (name.isEmpty()) {
        show(exchange, proxies);
        return;
      } else if (name.equals("runs")) {
        tellRuns(exchange);
        return;
      }
      FaultProxy proxy = proxies.get(name);
      if (proxy == null) {
        refuse(exchange, 404, "there is no proxy of that name; there are " + proxies.keySet());
        return;
      }
      change(exchange, proxy);
    }
  }

  private void tellRuns(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    Matcher since = SINCE.matcher(query == null ? "since=0" : query);
    if (since.matches()) {
      send(exchange, 200, "{\"runs\": " + runs.json(Long.parseLong(since.group(1))) + "}\n");
    } else {
      refuse(exchange, 400, "accepted is since=MILLIS, of at most 15 digits");
    }
  }

  private static void change(HttpExchange exchange, FaultProxy proxy) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "GET" -> {}
      case "DELETE" -> proxy.inject(Fault.NONE);
      case "PUT" -> {
        try {
          proxy.inject(Fault.parse(parameters(exchange.getRequestURI().getRawQuery())));
        } catch (IllegalArgumentException e) {
          refuse(exchange, 400, String.valueOf(e.getMessage()));
          return;
        }
      }
      default -> {
        exchange.getResponseHeaders().set("Allow", "GET, PUT, DELETE");
        refuse(exchange, 405, "accepted are GET, PUT and DELETE");
        return;
      }
    }
    show(exchange, Map.of(proxy.name(), proxy));
  }

  private static Map<String, List<String>> parameters(@Nullable String query) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      parameters.computeIfAbsent(decoded(name), unused -> new ArrayList<>()).add(decoded(value));
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void show(HttpExchange exchange, Map<String, FaultProxy> proxies)
      throws IOException {
    String faults =
        proxies.values().stream()
            .map(
                proxy ->
                    "\"%s\": {%s, %s}"
                        .formatted(
                            proxy.name(), proxy.fault().jsonFields(), proxy.traffic().jsonFields()))
            .collect(Collectors.joining(",\n ", "{", "}\n"));
    send(exchange, 200, faults);
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    String escaped = why.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[^ -~]", "?");
    send(exchange, status, "{\"error\": \"" + escaped + "\"}\n");
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(/* delay= */ 0);
    thread.shutdownNow();
  }
}
