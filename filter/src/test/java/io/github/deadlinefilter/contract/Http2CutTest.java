package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.DeadlineExceededException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.PushBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A deadline over HTTP/2 ends one stream; its connection and the streams beside it live on. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#http1")
class Http2CutTest {
  private static final Duration SHORT = Duration.ofMillis(600);
  private static final String PORT = "X-Port";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

  @Test
  void inTime_isA200_overHttp2() throws Exception {
    try (TestContainer container = start(app())) {
      String port = connect(container);
      HttpResponse<String> response = get(container, "/hi");
      assertEquals(200, response.statusCode());
      assertEquals("hi", response.body());
      assertEquals(port, port(response));
    }
  }

  @Test
  void lateAndDeaf_isAWhole503_andTheConnectionLivesOn() throws Exception {
    try (Deaf deaf = new Deaf()) {
      Application app =
          app()
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    response.setHeader("X-App", "set");
                    response.getOutputStream().print("begun");
                    deaf.hold();
                    response.getOutputStream().print("late");
                  });
      try (TestContainer container = start(app)) {
        String port = connect(container);
        HttpResponse<String> response = get(container, "/deaf");
        assertEquals(HttpClient.Version.HTTP_2, response.version());
        assertEquals(503, response.statusCode());
        assertTrue(response.body().startsWith("Timeout: "), response::body);
        assertEquals(
            response.body().length(),
            response.headers().firstValueAsLong("Content-Length").orElse(-1));
        assertFalse(response.headers().map().containsKey("x-app"));
        assertEquals(1, deaf.inside());

        assertEquals(port, port(get(container, "/hi")), "the same connection");
        end(container, deaf);
        assertEquals(port, port(get(container, "/hi")), "the same connection");
      }
    }
  }

  /** K-9. */
  @Test
  void begunThenStalled_isResetAtTheDeadline_andTheConnectionLivesOn() throws Exception {
    try (Deaf deaf = new Deaf()) {
      Application app =
          app()
              .servlet(
                  "/stalls",
                  (request, response) -> {
                    response.getOutputStream().print("part");
                    response.flushBuffer();
                    deaf.hold();
                    response.getOutputStream().print("late");
                  });
      try (TestContainer container = start(app)) {
        String port = connect(container);
        long start = System.nanoTime();
        HttpResponse<InputStream> response =
            client.send(request(container, "/stalls"), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        try (InputStream body = response.body()) {
          assertEquals("part", new String(body.readNBytes(4), StandardCharsets.UTF_8));
          // Not -1, which would be the end of a whole body.
          assertThrows(IOException.class, body::read);
        }
        Duration after = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(after.compareTo(SHORT) >= 0, after::toString);
        assertEquals(1, deaf.inside(), "reset while the worker is still inside");

        assertEquals(port, port(get(container, "/hi")), "the same connection");
        end(container, deaf);
        assertEquals(port, port(get(container, "/hi")), "the same connection");
      }
    }
  }

  /** What its clients still send of such bodies neither ends the connection nor uses it up. */
  @Test
  void lateUploads_areAnswered_andTheConnectionLivesOn() throws Exception {
    String half = "x".repeat(30_000);
    try (Deaf deaf = new Deaf()) {
      Application app =
          app("/deaf = 200ms", "/slow = 200ms") // short, for they come one after the other
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/slow", (request, response) -> new Gate("never").await())
              .servlet("/hi/upload", Http2CutTest::countBytes);
      try (TestContainer container = start(app);
          RawClient user = RawClient.connect(container)) {
        // Tomcat loses a connection now and then that begins with a body of several frames.
        assertEquals("hi", user.get("/hi").read().text());
        for (String path : List.of("/slow", "/deaf", "/slow", "/deaf", "/slow", "/slow")) {
          user.request("POST", path, half, "Content-Length: 60000");
          assertEquals(503, user.read().status());
          user.send(half);
        }
        deaf.release();
        deaf.awaitLeft();
        Response response = user.post("/hi/upload", half + half).read();
        assertEquals(200, response.status());
        assertEquals("60000", response.text());
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  /**
   * What a late non-blocking reader leaves of its body is not kept in the buffers that its
   * connection has: with 16 of them in use, Undertow reads nothing more.
   */
  @Test
  void lateNonBlockingReaders_leaveNothingInTheirConnection() throws Exception {
    String half = "x".repeat(10_000);
    Application app =
        new Application()
            .filter("/late", setup.filter().deadline(Duration.ofMillis(10)).build())
            .servlet(
                "/late",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  ServletInputStream input = request.getInputStream();
                  input.setReadListener(
                      new NonBlocking.Reader(input, body -> async.complete(), async::complete));
                  new Gate("never").await();
                })
            .servlet("/upload", Http2CutTest::countBytes);
    try (TestContainer container = start(app);
        RawClient user = RawClient.connect(container)) {
      for (int i = 0; i < 20; i++) {
        user.request("POST", "/late", half, "Content-Length: 20000");
        assertEquals(503, user.read().status());
        user.send(half);
        assertEquals(503, user.post("/late", half + half).read().status());
      }
      assertEquals("20000", user.post("/upload", half + half).read().text());
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  /** GO-16: also where the container can push. */
  @Test
  void pushAfterTheDeadline_isRefused() throws Exception {
    var pushes = new ConcurrentHashMap<String, HttpResponse<String>>();
    var late = new CompletableFuture<Throwable>();
    try (Deaf deaf = new Deaf()) {
      Application app =
          app()
              .servlet(
                  "/pushes",
                  (request, response) -> {
                    PushBuilder early = request.newPushBuilder();
                    deaf.hold();
                    try {
                      if (early == null) {
                        request.newPushBuilder();
                      } else {
                        early.path("/hi").push();
                      }
                    } catch (Throwable t) {
                      late.complete(t);
                    }
                  });
      try (TestContainer container = start(app)) {
        connect(container);
        HttpResponse<String> response =
            client
                .sendAsync(
                    request(container, "/pushes"),
                    HttpResponse.BodyHandlers.ofString(),
                    (initiating, pushed, acceptor) -> {
                      var unused =
                          acceptor
                              .apply(HttpResponse.BodyHandlers.ofString())
                              .thenAccept(push -> pushes.put(pushed.uri().getPath(), push));
                    })
                .get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertEquals(503, response.statusCode());
        end(container, deaf);
        Throwable refusal = late.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertTrue(refusal instanceof DeadlineExceededException, refusal::toString);
        assertEquals(200, get(container, "/hi").statusCode());
        assertEquals(0, pushes.size());
      }
    }
  }

  /**
   * The client resets its stream while the run is parked. A container that gives the request back
   * then lets the late worker move the next request's chain, past its security filter.
   */
  @Test
  void clientResetsTheStream_ofAParkedRun_nothingIsRecycledUnderTheWorker() throws Exception {
    resetsTheStream(/* afterTheAnswer= */ true);
  }

  @Test
  void clientResetsTheStream_beforeTheDeadline_nothingIsRecycledUnderTheWorker() throws Exception {
    resetsTheStream(/* afterTheAnswer= */ false);
  }

  private void resetsTheStream(boolean afterTheAnswer) throws Exception {
    var bobInside = new Gate("Bob is in the middle filter");
    var aliceLeft = new Gate("Alice's worker has left");
    Queue<String> aliceSees = new ConcurrentLinkedQueue<>();
    var containersRequest = new CompletableFuture<HttpServletRequest>();
    try (Deaf deaf = new Deaf()) {
      Filter outer =
          (request, response, chain) -> {
            if (((HttpServletRequest) request).getRequestURI().equals("/alice")) {
              containersRequest.complete((HttpServletRequest) request);
            }
            chain.doFilter(request, response);
          };
      Filter middle =
          (request, response, chain) -> {
            String path = ((HttpServletRequest) request).getRequestURI();
            if (path.equals("/alice")) {
              deaf.hold();
              try {
                aliceSees.add(containersRequest.join().getRequestURI());
                chain.doFilter(request, response);
              } catch (Throwable t) {
                aliceSees.add(t.getClass().getSimpleName());
              } finally {
                aliceLeft.open();
              }
              return;
            }
            if (path.equals("/bob")) {
              bobInside.open();
              aliceLeft.awaitDeaf();
            }
            chain.doFilter(request, response);
          };
      var app =
          new Application()
              .filter("/*", outer)
              .filter(
                  "/*",
                  setup.filter().deadline(Duration.ofSeconds(30)).route("/alice = 600ms").build())
              .filter("/*", middle)
              .filter(
                  "/*",
                  (request, response, chain) -> {
                    request.setAttribute("checked", "checked");
                    chain.doFilter(request, response);
                  })
              .servlet(
                  "/*",
                  (request, response) ->
                      response
                          .getWriter()
                          .print(request.getRequestURI() + " " + request.getAttribute("checked")));
      try (TestContainer container = start(app);
          RawHttp2 raw = new RawHttp2(container.port())) {
        raw.unfinishedPost(1, "/alice", "begin");
        deaf.awaitInside(1);
        if (afterTheAnswer) {
          assertTrue(String.valueOf(raw.body(1)).startsWith("Timeout: "));
        }
        raw.reset(1);
        if (!afterTheAnswer) {
          Gate.eventually(() -> logged(container, "Deadline expired: "), "the expiry is logged");
        }
        for (int stream = 3; stream < 13; stream += 2) {
          raw.get(stream, "/next");
          assertEquals("/next checked", raw.body(stream));
        }
        raw.get(13, "/bob");
        bobInside.await();
        deaf.release();
        aliceLeft.await();
        assertEquals("/bob checked", raw.body(13));
        raw.get(15, "/next");
        assertEquals("/next checked", raw.body(15));
        assertEquals("/alice", aliceSees.peek(), aliceSees::toString);
        assertFalse(aliceSees.contains("/bob"), aliceSees::toString);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  // ---- what the tests share

  private static void countBytes(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.getOutputStream().print(request.getInputStream().readAllBytes().length);
  }

  private Application app(String... routes) {
    Builder filter = setup.filter().deadline(SHORT);
    for (String route : routes) {
      filter.route(route);
    }
    return new Application()
        .filter(
            "/*",
            (request, response, chain) -> {
              ((HttpServletResponse) response)
                  .setHeader(PORT, Integer.toString(request.getRemotePort()));
              chain.doFilter(request, response);
            })
        .filter("/*", filter.route("/hi/* = 30s").build())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
  }

  private TestContainer start(Application app) throws Exception {
    return setup.start(app, setup.options().with(Wire.H2C));
  }

  /** Makes the connection: its first request asks for the upgrade over HTTP/1.1. */
  private String connect(TestContainer container) throws Exception {
    HttpResponse<String> first = get(container, "/hi");
    assertEquals(HttpClient.Version.HTTP_2, first.version());
    return port(first);
  }

  private HttpResponse<String> get(TestContainer container, String path) throws Exception {
    return client.send(request(container, path), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(TestContainer container, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + container.port() + path))
        .timeout(Gate.LIMIT)
        .build();
  }

  /** The client's port: the connection's name. */
  private static String port(HttpResponse<?> response) {
    return response.headers().firstValue(PORT.toLowerCase(Locale.ROOT)).orElse("none");
  }

  private static boolean logged(TestContainer container, String start) {
    return container.log().of("io.github.deadlinefilter").stream()
        .anyMatch(record -> ContainerLog.message(record).startsWith(start));
  }

  private static void end(TestContainer container, Deaf deaf) throws Exception {
    deaf.release();
    deaf.awaitLeft();
    Gate.eventually(() -> container.busyThreads() == 0, "idle");
  }
}
