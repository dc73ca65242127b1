package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A response that has begun on a route with {@code idle}: it goes on as long as it goes on. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class UntilCommitContractTest {
  private static final Duration IDLE = Duration.ofMillis(1500);
  private static final String RULE = " = 5m until=commit idle=1500ms";

  /**
   * How long a response that goes on rests: far below what it may, as a busy machine adds to it.
   */
  private static final Duration REST = Duration.ofMillis(500);

  /** So many rests are longer than IDLE. */
  private static final int PARTS = 5;

  /** The bytes that a client takes slowly. */
  private static final int SLOW = 32 * 1024 * 1024;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private DeadlineFilter filter(String route) {
    return setup.filter().route(route).build();
  }

  @Test
  void whatGoesOn_isWhole_howeverLongItTakes() throws Exception {
    new Together()
        .with("a stream that goes on is whole, however long it takes", this::streamThatGoesOn)
        .with("an upload that goes on is progress", this::uploadThatGoesOn)
        .with("a client that reads slowly gets all", this::clientThatReadsSlowly)
        .run();
  }

  @Test
  void whatStalls_isCutOnceItIsIdle() throws Exception {
    new Together()
        .with("a stalled stream is cut once it is idle", this::stalledStream)
        .with("a stalled async stream is cut, and not while it goes on", this::stalledAsyncStream)
        .with("a client that does not read is cut", this::clientThatDoesNotRead)
        .run();
  }

  private void stalledStream() throws Exception {
    DeadlineFilter filter =
        setup
            .filter()
            .route("/deadline" + RULE)
            .route("/none = none until=commit idle=1500ms")
            .build();
    Map<String, CompletableFuture<Duration>> left = new LinkedHashMap<>();
    Map<String, CompletableFuture<Throwable>> thrown = new ConcurrentHashMap<>();
    for (String path : List.of("/deadline", "/none")) {
      left.put(path, new CompletableFuture<>());
      thrown.put(path, new CompletableFuture<>());
    }
    var app =
        new Application()
            .filter("/*", filter)
            .servlet(
                "/*",
                (request, response) -> {
                  var failure = of(thrown, request);
                  response.getOutputStream().print("one,");
                  response.flushBuffer();
                  Gate.pause(REST);
                  response.getOutputStream().print("two,");
                  response.flushBuffer();
                  of(left, request).complete(Deadline.current().remaining());
                  Gate.pause(Gate.LIMIT); // ends with the interrupt
                  try {
                    response.getOutputStream().print("three");
                  } catch (DeadlineExceededException e) {
                    failure.complete(e);
                    throw e;
                  }
                });
    List<RawClient> clients = new ArrayList<>();
    try (TestContainer container = setup.start(app)) {
      for (String path : left.keySet()) {
        clients.add(RawClient.connect(container).get(path));
      }
      for (RawClient client : clients) {
        Response response = client.read();
        assertEquals("one,two,", response.text());
        assertTrue(response.cut(), response::toString);
        assertTrue(response.untilEnd().compareTo(REST.plus(IDLE)) >= 0, response::toString);
        assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
      }
      for (String path : left.keySet()) {
        assertTrue(soon(left, path).compareTo(IDLE) <= 0, "the budget is the idle limit");
        assertEquals(
            "The response has made no progress for 1500ms (route " + path + ")",
            soon(thrown, path).getMessage());
        String line = FilterLog.expired(container, path);
        assertTrue(line.contains(" reason=idle "), line);
        assertTrue(line.contains(" answer=aborted"), line);
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static <T> CompletableFuture<T> of(
      Map<String, CompletableFuture<T>> all, HttpServletRequest request) {
    return Objects.requireNonNull(all.get(request.getRequestURI()));
  }

  private static <T> T soon(Map<String, CompletableFuture<T>> all, String path) throws Exception {
    return Objects.requireNonNull(all.get(path)).get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private void stalledAsyncStream() throws Exception {
    var contexts = new CompletableFuture<AsyncContext>();
    var app =
        new Application()
            .filter("/*", filter("/stream" + RULE))
            .servlet(
                "/stream",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  context.setTimeout(0);
                  contexts.complete(context);
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/stream");
      AsyncContext context = contexts.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
      long start = System.nanoTime();
      for (int i = 0; i < PARTS; i++) {
        context.getResponse().getOutputStream().print(i + ",");
        context.getResponse().flushBuffer();
        Gate.pause(REST);
      }
      Response response = client.read();
      assertEquals("0,1,2,3,4,", response.text());
      assertTrue(response.cut(), response::toString);
      Duration all = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(all.compareTo(REST.multipliedBy(PARTS - 1).plus(IDLE)) >= 0, all::toString);
      String line = FilterLog.expired(container, "/stream");
      assertTrue(line.contains(" reason=idle "), line);
    }
  }

  private void streamThatGoesOn() throws Exception {
    var app =
        new Application()
            // Less than it takes, and time to begin it while other containers start.
            .filter("/*", filter("/* = 2s until=commit idle=1500ms"))
            .servlet(
                "/stream",
                (request, response) -> {
                  for (int i = 0; i < PARTS; i++) {
                    response.getWriter().print(i + ",");
                    response.getWriter().flush();
                    Gate.pause(REST);
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/stream").read();
      assertEquals("0,1,2,3,4,", response.text());
      assertTrue(response.complete(), response::toString);
      assertEquals(List.of(), FilterLog.warnings(container));
    }
  }

  /** Also a client that goes on sending keeps the response alive that it gets. */
  private void uploadThatGoesOn() throws Exception {
    var app =
        new Application()
            .filter("/*", filter("/*" + RULE))
            .servlet(
                "/count",
                (request, response) -> {
                  response.getOutputStream().print("begun,");
                  response.flushBuffer();
                  int bytes = 0;
                  while (request.getInputStream().read() >= 0) {
                    bytes++;
                  }
                  response.getOutputStream().print(bytes);
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
      for (int i = 0; i < PARTS; i++) {
        Gate.pause(REST);
        client.send("x");
      }
      Response response = client.read();
      assertEquals("begun,5", response.text());
      assertTrue(response.complete(), response::toString);
    }
  }

  private void clientThatDoesNotRead() throws Exception {
    var app =
        new Application()
            .filter("/*", filter("/big" + RULE))
            .servlet(
                "/big",
                (request, response) ->
                    response.getOutputStream().write(new byte[64 * 1024 * 1024]));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container, 4096)) {
      client.get("/big");
      String line = FilterLog.expired(container, "/big");
      assertTrue(line.contains(" reason=idle "), line);
      assertTrue(line.contains(" answer=aborted"), line);
      Gate.eventually(() -> container.busyThreads() == 0, "the writer has left or is parked");
    }
  }

  /** One long write is one call, but it is no stall if the client takes it bit by bit. */
  private void clientThatReadsSlowly() throws Exception {
    Duration idle = Duration.ofSeconds(4); // far above what a busy machine keeps a reader from it
    Map<String, CompletableFuture<Duration>> wrote =
        Map.of("/bytes", new CompletableFuture<>(), "/characters", new CompletableFuture<>());
    var app =
        new Application()
            .filter("/*", filter("/* = 5m until=commit idle=4s"))
            .servlet(
                "/*",
                (request, response) -> {
                  response.setContentType("text/plain;charset=utf-8");
                  response.setContentLength(SLOW);
                  response.flushBuffer();
                  long start = System.nanoTime();
                  if (request.getRequestURI().equals("/characters")) {
                    response.getWriter().write("x".repeat(SLOW));
                  } else {
                    response.getOutputStream().write(new byte[SLOW]);
                  }
                  of(wrote, request).complete(Duration.ofNanos(System.nanoTime() - start));
                });
    ExecutorService clients = Executors.newFixedThreadPool(wrote.size());
    try (TestContainer container = setup.start(app, setup.options().with(Wire.HTTP_1_1))) {
      List<Future<Long>> got = new ArrayList<>();
      for (String path : wrote.keySet()) {
        got.add(clients.submit(() -> readSlowly(container, path)));
      }
      for (Future<Long> one : got) {
        assertTrue(
            one.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS) > SLOW, "the head, and all of it");
      }
      assertEquals(List.of(), FilterLog.warnings(container));
      for (String path : wrote.keySet()) {
        assertTrue(soon(wrote, path).compareTo(idle) > 0, "it was slow");
      }
    } finally {
      clients.shutdownNow();
    }
  }

  /** How many bytes came, the head among them. */
  private static long readSlowly(TestContainer container, String path) throws Exception {
    try (var socket = new Socket()) {
      socket.setReceiveBufferSize(256 * 1024);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), container.port()));
      socket.setSoTimeout(Math.toIntExact(Gate.LIMIT.toMillis()));
      String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream input = socket.getInputStream();
      byte[] buffer = new byte[256 * 1024];
      long got = 0;
      int length;
      while ((length = input.readNBytes(buffer, 0, buffer.length)) > 0) {
        got += length;
        Gate.pause(Duration.ofMillis(40));
      }
      return got;
    }
  }
}
