package io.github.deadlinefilter.bench;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/**
 * Jetty with one contender, in a JVM of its own. Arguments: the {@link Contender}, and {@code
 * virtual} for a container on virtual threads. Says its port, then answers a line for each line on
 * its standard input; ends with that.
 */
final class BenchServer {
  static final String READY = "ready ";

  private static final byte[] HELLO = "Hello, world!".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNK = new byte[64 * 1024];

  private static boolean bare; // nobody else lets anybody go

  private static final AtomicInteger inside = new AtomicInteger();

  // Those inside, and no latch that they all wait for: each one that is interrupted there goes
  // through the whole queue of the others, which for 20,000 takes longer than all the answers.
  private static final Set<Thread> held = ConcurrentHashMap.newKeySet();
  private static final Set<Thread> deaf = ConcurrentHashMap.newKeySet();
  private static volatile boolean released;

  private BenchServer() {}

  public static void main(String[] arguments) throws Exception {
    Contender contender = Contender.valueOf(arguments[0]);
    boolean virtual =
        Boolean.getBoolean("bench.virtual")
            || (arguments.length > 1 && arguments[1].equals("virtual"));
    int threads = Integer.getInteger("bench.threads", 200);
    var server = new Server(virtual ? new VirtualThreadPool(0) : new QueuedThreadPool(threads));
    var http = new HttpConfiguration();
    var http2 = new HTTP2CServerConnectionFactory(http);
    http2.setMaxConcurrentStreams(1024);
    var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http), http2);
    connector.setHost("127.0.0.1");
    connector.setAcceptQueueSize(4096);
    connector.setIdleTimeout(300_000);
    server.addConnector(connector);
    var context = new ServletContextHandler();
    Filter filter = contender.filter();
    if (filter != null) {
      var holder = new FilterHolder(filter);
      holder.setAsyncSupported(true);
      holder.setInitParameters(contender.initParams());
      context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    }
    add(context, "/hello", (request, response) -> response.getOutputStream().write(HELLO));
    add(
        context,
        "/wait",
        (request, response) -> {
          sleep(5);
          response.getOutputStream().write(HELLO);
        });
    add(context, "/deaf", (request, response) -> deaf());
    add(context, "/held", (request, response) -> held());
    add(
        context,
        "/down",
        (request, response) -> {
          OutputStream output = response.getOutputStream();
          for (long left = Long.parseLong(request.getQueryString());
              left > 0;
              left -= CHUNK.length) {
            output.write(CHUNK, 0, (int) Math.min(left, CHUNK.length));
          }
        });
    add(
        context,
        "/up",
        (request, response) -> {
          InputStream input = request.getInputStream();
          byte[] buffer = new byte[CHUNK.length];
          long total = 0;
          for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
            total += read;
          }
          response.getOutputStream().print(total);
        });
    bare = filter == null;
    server.setHandler(context);
    server.start();
    System.out.println(READY + connector.getLocalPort());
    obey();
    System.exit(0);
  }

  @FunctionalInterface
  private interface View {
    void show(HttpServletRequest request, HttpServletResponse response) throws IOException;
  }

  private static void add(ServletContextHandler context, String path, View view) {
    var servlet =
        new HttpServlet() {
          private static final long serialVersionUID = 1L;

          @Override
          protected void service(HttpServletRequest request, HttpServletResponse response)
              throws IOException {
            view.show(request, response);
          }
        };
    var holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    context.addServlet(holder, path);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until it is released, whatever it is told. */
  private static void deaf() {
    inside.incrementAndGet();
    deaf.add(Thread.currentThread());
    while (!released) {
      LockSupport.park(BenchServer.class);
      Thread.interrupted(); // that is what it is deaf to
    }
    deaf.remove(Thread.currentThread());
    inside.decrementAndGet();
  }

  /** Until it is let go, or told to. */
  private static void held() {
    inside.incrementAndGet();
    held.add(Thread.currentThread());
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      // That is how it is told.
    }
    held.remove(Thread.currentThread());
    inside.decrementAndGet();
  }

  private static void obey() throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      switch (line) {
        case "inside" -> System.out.println(inside.get());
        case "release" -> {
          released = true;
          deaf.forEach(LockSupport::unpark);
          System.out.println("released");
        }
        case "hold" -> {
          if (bare) {
            held.forEach(Thread::interrupt);
          }
          System.out.println("held");
        }
        case "heap" -> System.out.println(heap());
        default -> System.out.println("what?");
      }
    }
  }

  /** In use after a collection, in bytes. */
  private static long heap() {
    var memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      memory.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
      sleep(100);
    }
    return least;
  }
}
