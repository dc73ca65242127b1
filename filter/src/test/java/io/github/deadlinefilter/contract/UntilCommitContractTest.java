package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineFilter;
import jakarta.servlet.AsyncContext;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A response that has begun on a route with {@code idle}: it goes on as long as it goes on. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class UntilCommitContractTest {
  private static final Duration IDLE = Duration.ofMillis(600);
  private static final String ROUTE = "/* = 30s until=commit idle=600ms";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private DeadlineFilter filter(String route) {
    return setup.filter().route(route).build();
  }

  @Test
  void stalledStream_isCutOnceItIsIdle() throws Exception {
    for (String route : List.of(ROUTE, "/* = none until=commit idle=600ms")) {
      var left = new CompletableFuture<Duration>();
      var thrown = new CompletableFuture<Throwable>();
      var app =
          new Application()
              .filter("/*", filter(route))
              .servlet(
                  "/stream",
                  (request, response) -> {
                    response.getOutputStream().print("one,");
                    response.flushBuffer();
                    Gate.pause(IDLE.dividedBy(2));
                    response.getOutputStream().print("two,");
                    response.flushBuffer();
                    left.complete(Deadline.current().remaining());
                    Gate.pause(IDLE.multipliedBy(20)); // ends with the interrupt
                    try {
                      response.getOutputStream().print("three");
                    } catch (DeadlineExceededException e) {
                      thrown.complete(e);
                      throw e;
                    }
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/stream").read();
        assertEquals("one,two,", response.text());
        assertTrue(response.cut(), response::toString);
        assertTrue(
            response.untilEnd().compareTo(IDLE.multipliedBy(3).dividedBy(2)) >= 0,
            response::toString);
        assertTrue(response.untilEnd().compareTo(IDLE.plusSeconds(2)) < 0, response::toString);
        assertTrue(
            left.get(10, TimeUnit.SECONDS).compareTo(IDLE) <= 0, "the budget is the idle limit");
        assertEquals(
            "The response has made no progress for 600ms (route /*)",
            thrown.get(10, TimeUnit.SECONDS).getMessage());
        String line = FilterLog.expired(container);
        assertTrue(line.contains(" reason=idle "), line);
        assertTrue(line.contains(" answer=aborted"), line);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  @Test
  void stalledAsyncStream_isCut_andOneThatGoesOnIsNot() throws Exception {
    var contexts = new CompletableFuture<AsyncContext>();
    var app =
        new Application()
            .filter("/*", filter(ROUTE))
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
      AsyncContext context = contexts.get(10, TimeUnit.SECONDS);
      long start = System.nanoTime();
      for (int i = 0; i < 6; i++) {
        context.getResponse().getOutputStream().print(i + ",");
        context.getResponse().flushBuffer();
        Gate.pause(IDLE.dividedBy(3));
      }
      Response response = client.read();
      assertEquals("0,1,2,3,4,5,", response.text());
      assertTrue(response.cut(), response::toString);
      Duration all = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(all.compareTo(IDLE.multipliedBy(8).dividedBy(3)) >= 0, all::toString);
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" reason=idle "), line);
    }
  }

  @Test
  void streamThatGoesOn_isWhole_howeverLongItTakes() throws Exception {
    var app =
        new Application()
            .filter("/*", filter("/* = 400ms until=commit idle=600ms"))
            .servlet(
                "/stream",
                (request, response) -> {
                  for (int i = 0; i < 6; i++) {
                    response.getWriter().print(i + ",");
                    response.getWriter().flush();
                    Gate.pause(IDLE.dividedBy(3));
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/stream").read();
      assertEquals("0,1,2,3,4,5,", response.text());
      assertTrue(response.complete(), response::toString);
      assertEquals(List.of(), FilterLog.warnings(container));
    }
  }

  /** Also a client that goes on sending keeps the response alive that it gets. */
  @Test
  void uploadThatGoesOn_isProgress() throws Exception {
    var app =
        new Application()
            .filter("/*", filter(ROUTE))
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
      client.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\n");
      for (int i = 0; i < 6; i++) {
        Gate.pause(IDLE.dividedBy(3));
        client.send("x");
      }
      Response response = client.read();
      assertEquals("begun,6", response.text());
      assertTrue(response.complete(), response::toString);
    }
  }

  @Test
  void clientThatDoesNotRead_isCut() throws Exception {
    var app =
        new Application()
            .filter("/*", filter(ROUTE))
            .servlet(
                "/big",
                (request, response) ->
                    response.getOutputStream().write(new byte[64 * 1024 * 1024]));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container, 4096)) {
      client.get("/big");
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" reason=idle "), line);
      assertTrue(line.contains(" answer=aborted"), line);
      Gate.eventually(() -> container.busyThreads() == 0, "the writer has left or is parked");
    }
  }

  /** One long write is one call, but it is no stall if the client takes it bit by bit. */
  @Test
  void clientThatReadsSlowly_getsAll() throws Exception {
    Duration idle = Duration.ofSeconds(2); // far above what a busy machine keeps a reader from it
    int bytes = 32 * 1024 * 1024;
    for (boolean characters : new boolean[] {false, true}) {
      var wrote = new CompletableFuture<Duration>();
      var app =
          new Application()
              .filter("/*", filter("/* = 30s until=commit idle=2s"))
              .servlet(
                  "/big",
                  (request, response) -> {
                    response.setContentType("text/plain;charset=utf-8");
                    response.setContentLength(bytes);
                    response.flushBuffer();
                    long start = System.nanoTime();
                    if (characters) {
                      response.getWriter().write("x".repeat(bytes));
                    } else {
                      response.getOutputStream().write(new byte[bytes]);
                    }
                    wrote.complete(Duration.ofNanos(System.nanoTime() - start));
                  });
      try (TestContainer container = setup.start(app, setup.options().with(Wire.HTTP_1_1));
          var socket = new Socket()) {
        socket.setReceiveBufferSize(256 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), container.port()));
        socket.setSoTimeout(Math.toIntExact(Gate.LIMIT.toMillis()));
        socket
            .getOutputStream()
            .write(
                "GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        InputStream input = socket.getInputStream();
        byte[] buffer = new byte[256 * 1024];
        long got = 0;
        int length;
        while ((length = input.readNBytes(buffer, 0, buffer.length)) > 0) {
          got += length;
          Gate.pause(Duration.ofMillis(20));
        }
        assertTrue(got > bytes, "the head, and all of the body");
        assertEquals(List.of(), FilterLog.warnings(container));
        assertTrue(wrote.get(10, TimeUnit.SECONDS).compareTo(idle) > 0, "it was slow");
      }
    }
  }
}
