package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The harness itself: whatever it says about the filter later is only as true as these. */
class HarnessTest {

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void plainRequest_isAnswered_whole(Containers kind) throws Exception {
    var app = new Application().servlet("/hello", (request, response) -> body(response, "hi"));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/hello", "X-Any: thing").read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("hi", response.text());
      assertEquals("2", response.header("content-length"));
      assertTrue(response.complete(), response::toString);
      assertTrue(response.headNanos() <= response.endNanos());
      assertEquals(1, container.connections());
      assertEquals(
          List.of(),
          container.log().warnings(),
          () -> ContainerLog.lines(container.log().warnings()));
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void flushedBody_isRead_fromItsChunks(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet(
                "/chunks",
                (request, response) -> {
                  response.setTrailerFields(() -> Map.of("X-Sum", "42"));
                  for (String part : List.of("one,", "two,", "three")) {
                    response.getOutputStream().print(part);
                    response.flushBuffer();
                  }
                });
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/chunks", "TE: trailers").read();
      assertEquals("chunked", response.header("Transfer-Encoding"), response::toString);
      assertEquals("one,two,three", response.text());
      assertEquals("[x-sum=42]", response.trailers().toString().toLowerCase(Locale.ROOT));
      assertTrue(response.complete());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void head_hasLengthButNoBody(Containers kind) throws Exception {
    var app = new Application().servlet("/hello", (request, response) -> body(response, "hi"));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      client.head("/hello").get("/hello");
      Response head = client.readHead();
      assertEquals("2", head.header("Content-Length"));
      assertEquals(0, head.body().length);
      assertEquals("hi", client.read().text(), "the response after it is in step");
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void threeRequests_onOneConnection_areAnsweredInOrder(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet("/echo", (request, response) -> body(response, request.getQueryString()));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("1", client.get("/echo?1").read().text());
      client.get("/echo?2").get("/echo?3");
      assertEquals("2", client.read().text());
      assertEquals("3", client.read().text());
      assertEquals(1, container.connections());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void closeRequested_endsTheConnection(Containers kind) throws Exception {
    var app = new Application().servlet("/hello", (request, response) -> body(response, "hi"));
    try (TestContainer container = kind.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        assertTrue(client.get("/hello", "Connection: close").read().announcesClose());
        assertTrue(client.closedAfter().compareTo(Gate.LIMIT) < 0);
        assertThrows(RawClient.NoResponse.class, client::read);
      }
      // Only now: Jetty keeps its half open until the client has closed the other.
      Gate.eventually(() -> container.connections() == 0, "the connection is gone");
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void expectContinue_isTold_beforeTheAnswer(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet(
                "/read",
                (request, response) ->
                    body(
                        response,
                        new String(
                            request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.post("/read", "body", "Expect: 100-continue").read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("body", response.text());
      client.request("POST", "/read", "", "Expect: 100-continue", "Content-Length: 4");
      assertEquals(100, client.readInformational());
      client.send("late");
      assertEquals("late", client.read().text());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void errorPages_areForwardedTo(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet("/busy", (request, response) -> response.sendError(503, "because"))
            .servlet(
                "/broken",
                (request, response) -> {
                  throw new UnsupportedOperationException("mine");
                })
            .servlet(
                "/page",
                (request, response) ->
                    body(
                        response,
                        request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)
                            + " "
                            + request.getAttribute(RequestDispatcher.ERROR_MESSAGE)))
            .errorPage(503, "/page")
            .errorPage(UnsupportedOperationException.class, "/page");
    try (TestContainer container = kind.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/busy").read();
        assertEquals(503, response.status());
        assertEquals("503 because", response.text());
      }
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/broken").read();
        assertEquals(500, response.status());
        assertTrue(response.text().startsWith("500 "), response::toString);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void asyncServlet_behindAFilter_isAnswered_fromAnotherThread(Containers kind) throws Exception {
    var started = new CompletableFuture<AsyncContext>();
    var app =
        new Application()
            .filter("/*", (request, response, chain) -> chain.doFilter(request, response))
            .servlet("/async", (request, response) -> started.complete(request.startAsync()));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/async");
      AsyncContext context = started.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
      Gate.eventually(() -> container.busyThreads() == 0, "the container's thread left");
      body((HttpServletResponse) context.getResponse(), "later");
      context.complete();
      assertEquals("later", client.read().text());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void asyncNotSupported_byTheFilter_isRefusedToTheServlet(Containers kind) throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> chain.doFilter(request, response),
                entry -> entry.asyncSupported(false))
            .servlet(
                "/async",
                (request, response) -> body(response, String.valueOf(request.isAsyncSupported())));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("false", client.get("/async").read().text());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void refusalToDeploy_reachesTheTest_asItself(Containers kind) {
    var refusal = new ServletException("deadline=never: not a duration");
    var app =
        new Application().filter("/*", new Refusing(refusal), e -> e.init("deadline", "never"));
    assertSame(refusal, assertThrows(ServletException.class, () -> kind.start(app).close()));
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void filters_runInOrder_withTheirParams_underTheContextPath(Containers kind) throws Exception {
    var app =
        new Application()
            .contextPath("/app")
            .filter("/*", new Tracing(), entry -> entry.init("trace", "a"))
            .filter("/hello", new Tracing(), entry -> entry.init("trace", "b"))
            .filter("/other", new Tracing(), entry -> entry.init("trace", "c"))
            .servlet("/hello", (request, response) -> body(response, request.getServletPath()));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/app/hello").read();
      assertEquals("/hello", response.text());
      assertEquals(List.of("a", "b"), response.headers("x-trace"));
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void multipart_isParsed_whereTheServletAsksForIt(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet(
                "/upload",
                (request, response) -> {
                  Part part = request.getPart("file");
                  body(
                      response,
                      part.getSubmittedFileName()
                          + "="
                          + new String(
                              part.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
                },
                entry -> entry.multipart());
    String form =
        """
        --xx
        Content-Disposition: form-data; name="file"; filename="a.txt"

        content
        --xx--
        """
            .replace("\n", "\r\n");
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response =
          client.post("/upload", form, "Content-Type: multipart/form-data; boundary=xx").read();
      assertEquals("a.txt=content", response.text(), response::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void bodyThatStopsShort_ofItsLength_isCut(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet(
                "/short",
                (request, response) -> {
                  response.setContentLength(100);
                  response.getOutputStream().print("only this");
                  response.flushBuffer();
                  throw new IOException("no more");
                });
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/short").read();
      assertEquals(200, response.status());
      assertTrue(response.cut(), response::toString);
      assertEquals("only this", response.text());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void bodyWithoutLastChunk_isCut_butNotByUndertow(Containers kind) throws Exception {
    var app =
        new Application()
            .servlet(
                "/short",
                (request, response) -> {
                  response.getOutputStream().print("only this");
                  response.flushBuffer();
                  throw new IOException("no more");
                });
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/short").read();
      // Undertow ends the body of a servlet that threw as if it were whole.
      assertEquals(kind != Containers.UNDERTOW, response.cut(), response::toString);
      assertEquals("only this", response.text());
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void listeners_ofEveryKind_areCalled(Containers kind) throws Exception {
    var calls = new CopyOnWriteArrayList<String>();
    var app =
        new Application()
            .listener(new Calls(calls))
            .servlet(
                "/set",
                (request, response) -> {
                  request.setAttribute("mine", "set");
                  body(response, "ok");
                });
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/set").read();
      Gate.eventually(() -> calls.contains("request destroyed"), "the request is over: " + calls);
    }
    assertEquals(
        List.of("context", "request", "attribute mine", "request destroyed", "context destroyed"),
        calls);
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void staticFiles_sessions_andUnknownPaths_areTheContainersOwn(Containers kind) throws Exception {
    var app =
        new Application()
            .staticFile("page.txt", "from a file")
            .servlet(
                "/session", (request, response) -> body(response, request.getSession().getId()));
    try (TestContainer container = kind.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("from a file", client.get("/page.txt").read().text());
      assertEquals(404, client.get("/nothing").read().status());
      Response session = client.get("/session").read();
      assertTrue(
          String.valueOf(session.header("Set-Cookie")).startsWith("JSESSIONID=" + session.text()),
          session::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void threads_areBusy_onlyWhileARequestIsInside(Containers kind) throws Exception {
    busyThreads(kind, kind.options().withThreads(3));
  }

  @ParameterizedTest
  @FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
  void virtualThreads_areBusy_onlyWhileARequestIsInside(Containers kind) throws Exception {
    if (VirtualThreads.supported()) {
      busyThreads(kind, kind.options().withVirtualThreads().with(Wire.H2C));
    } else {
      assertThrows(
          IllegalStateException.class,
          () -> kind.start(new Application(), kind.options().withVirtualThreads()).close());
    }
  }

  private static void busyThreads(Containers kind, Options options) throws Exception {
    var virtual = new AtomicReference<Boolean>();
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    virtual.set(VirtualThreads.isCurrent());
                    deaf.hold();
                    body(response, "free");
                  });
      try (TestContainer container = kind.start(app, options);
          RawClient first = RawClient.connect(container);
          RawClient second = RawClient.connect(container)) {
        Gate.eventually(() -> container.busyThreads() == 0, "idle after the start");
        first.get("/deaf");
        second.get("/deaf");
        deaf.awaitInside(2);
        // Over HTTP/2 the thread that read their frames may still be on its way out.
        Gate.eventually(() -> container.busyThreads() == 2, "one thread for each request");
        assertEquals(options.virtualThreads(), virtual.get());
        deaf.release();
        assertEquals("free", first.read().text());
        assertEquals("free", second.read().text());
        Gate.eventually(() -> container.busyThreads() == 0, "idle after the requests");
      }
    }
  }

  private static void body(HttpServletResponse response, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  /** A filter that refuses to deploy. */
  private record Refusing(ServletException refusal) implements Filter {
    @Override
    public void init(FilterConfig config) throws ServletException {
      assertEquals("never", config.getInitParameter("deadline"));
      throw refusal;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) {}
  }

  /** Leaves its parameter in a header. */
  private static final class Tracing implements Filter {
    private String trace = "";

    @Override
    public void init(FilterConfig config) {
      trace = config.getInitParameter("trace");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      ((HttpServletResponse) response).addHeader("X-Trace", trace);
      chain.doFilter(request, response);
    }
  }

  /** Writes down what it is told, of the attributes only the application's. */
  private record Calls(List<String> calls)
      implements ServletContextListener, ServletRequestListener, ServletRequestAttributeListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
      calls.add("context");
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
      calls.add("context destroyed");
    }

    @Override
    public void requestInitialized(ServletRequestEvent event) {
      calls.add("request");
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
      calls.add("request destroyed");
    }

    @Override
    public void attributeAdded(ServletRequestAttributeEvent event) {
      if (event.getName().equals("mine")) {
        calls.add("attribute " + event.getName());
      }
    }
  }
}
