package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The process of the backends. It starts them and the proxies in front of them, prints on standard
 * output the settings that point the demo's views at them, as lines that a shell understands, then
 * {@code # ready}, and runs until it is ended by a signal.
 *
 * <p>A backend whose setting ({@code DEMO_HTTP_URL}, {@code DEMO_MEMCACHED}, {@code
 * DEMO_REDIS_URL}, {@code DEMO_JDBC_URL}) the environment has already is the user's own and is not
 * started; a database at {@code DEMO_PROXIED_JDBC_URL} is the user's own too, but behind the proxy.
 * Ports are free ones, or those that {@code DEMO_HTTP_PORT}, {@code DEMO_MEMCACHED_PORT}, {@code
 * DEMO_REDIS_PORT}, {@code DEMO_SQL_PORT} and {@code DEMO_CONTROL_PORT} say.
 */
public final class Backends implements AutoCloseable {
  private final Map<String, String> environment;
  private final List<FaultProxy> proxies = new ArrayList<>();
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final RunLog runs = SqlFunctions.RUNS;
  private @Nullable Caches caches;

  private Backends(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Exits with 1 and one line that says why if something cannot be started. */
  public static void main(String[] arguments) throws InterruptedException {
    var backends = new Backends(System.getenv());
    Runtime.getRuntime().addShutdownHook(new Thread(backends::close, "stop-backends"));
    try {
      backends.start();
    } catch (Exception e) {
      System.err.println("The backends cannot start: " + e.getMessage());
      System.exit(1);
    }
    System.out.println("# ready");
    new CountDownLatch(1).await();
  }

  private void start() throws Exception {
    if (isMissing("DEMO_HTTP_URL")) {
      var http = keep(new DelayServer());
      FaultProxy proxy =
          proxy("http", "DEMO_HTTP_PORT", http.address(), () -> ReplyHold.NEVER, runs);
      say("DEMO_HTTP_URL", "http://" + hostAndPort(proxy.address()));
    }
    if (isMissing("DEMO_MEMCACHED")) {
      var memcached = keep(new MemcachedBackend(caches()));
      FaultProxy proxy =
          proxy("cache", "DEMO_MEMCACHED_PORT", memcached.address(), DelayedGets::new, runs);
      say("DEMO_MEMCACHED", hostAndPort(proxy.address()));
    }
    if (isMissing("DEMO_REDIS_URL")) {
      var redis = keep(new RedisBackend(caches()));
      FaultProxy proxy =
          proxy("redis", "DEMO_REDIS_PORT", redis.address(), () -> ReplyHold.NEVER, runs);
      say("DEMO_REDIS_URL", "redis://" + hostAndPort(proxy.address()));
    }
    if (isMissing("DEMO_JDBC_URL")) {
      startDatabase();
    }
    int port = port("DEMO_CONTROL_PORT");
    try {
      FaultControl control = keep(new FaultControl(port, proxies, runs));
      say("DEMO_CONTROL", "http://" + hostAndPort(control.address()));
    } catch (BindException e) {
      throw taken("DEMO_CONTROL_PORT", port, e);
    }
  }

  private Caches caches() throws IOException {
    if (caches == null) {
      caches = keep(new Caches());
    }
    return caches;
  }

  private void startDatabase() throws Exception {
    if (isMissing(OwnDatabase.SETTING)) {
      var sql = keep(new SqlServer());
      // What its queries are for it says itself, also of those whose clients have gone.
      FaultProxy proxy =
          proxy("db", "DEMO_SQL_PORT", sql.address(), () -> ReplyHold.NEVER, new RunLog());
      say("DEMO_JDBC_URL", sql.jdbcUrl(proxy.address()));
    } else {
      var own = OwnDatabase.at(environment.getOrDefault(OwnDatabase.SETTING, ""));
      FaultProxy proxy = proxy("db", "DEMO_SQL_PORT", own.address(), () -> ReplyHold.NEVER, runs);
      say("DEMO_JDBC_URL", own.jdbcUrl(proxy.address()));
    }
  }

  private boolean isMissing(String setting) {
    return environment.getOrDefault(setting, "").isBlank();
  }

  private FaultProxy proxy(
      String name,
      String portSetting,
      InetSocketAddress backend,
      Supplier<ReplyHold> holds,
      RunLog log)
      throws IOException {
    int port = port(portSetting);
    try {
      FaultProxy proxy = keep(new FaultProxy(name, port, backend, holds, log));
      proxies.add(proxy);
      return proxy;
    } catch (BindException e) {
      throw taken(portSetting, port, e);
    }
  }

  private int port(String setting) {
    String given = environment.getOrDefault(setting, "0");
    if (given.matches("[0-9]{1,5}") && Integer.parseInt(given) <= 65535) {
      return Integer.parseInt(given);
    }
    throw new IllegalArgumentException(
        setting + " is \"" + given + "\"; accepted is a port from 0 (any free one) to 65535");
  }

  private static IOException taken(String setting, int port, BindException cause) {
    return new IOException(
        "port " + port + " of " + setting + " cannot be had (" + cause.getMessage() + ")", cause);
  }

  private static void say(String setting, String value) {
    System.out.println("export " + setting + "='" + value + "'");
  }

  private static String hostAndPort(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  // Race with close(): a signal may come while the rest is being started.
  private synchronized <T extends AutoCloseable> T keep(T part) {
    started.push(part);
    return part;
  }

  /** Ends all parts, the last one first. */
  @Override
  public synchronized void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        System.err.println("A backend did not close: " + e);
      }
    }
  }
}
