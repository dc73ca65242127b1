package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker that does not leave: the whole answer is given past it, at the deadline. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class DirectAnswerContractTest {
  private static final Duration DEADLINE = Duration.ofMillis(500);

  /** Until long after the deadline. */
  private static final Duration BUSY = DEADLINE.plusMillis(400);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void lateAndDeaf_isAnsweredWhole_withNothingOfTheApplication() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  (request, response, chain) -> {
                    ((HttpServletResponse) response).setHeader("X-Outer", "kept");
                    ((HttpServletResponse) response).addCookie(new Cookie("OUTER", "1"));
                    chain.doFilter(request, response);
                  })
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(DEADLINE)
                      .set("retryAfter", "7s")
                      .route("/warm = 30s")
                      .build())
              .servlet("/warm", (request, response) -> {})
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    request.getSession();
                    response.setContentType("application/x-app");
                    response.setHeader("X-App", "secret");
                    response.addCookie(new Cookie("APP", "secret"));
                    response.getWriter().print("half an answer");
                    deaf.hold();
                    response.getWriter().print("the other half");
                  });
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        var together = new Together(); // read in turn, the later ones would always seem late
        for (String type : List.of("application/problem+json", "text/html", "text/plain")) {
          together.with(type, () -> assertAnsweredWhole(container, type));
        }
        together.run();
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, 3);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  private static void assertAnsweredWhole(TestContainer container, String type) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      Response response = client.get("/deaf", "Accept: " + type).read();
      assertEquals(503, response.status());
      assertTrue(response.complete(), response::toString);
      assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
      assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
      assertEquals(
          response.body().length,
          Integer.parseInt(String.valueOf(response.header("Content-Length"))));
      assertTrue(String.valueOf(response.header("Content-Type")).startsWith(type));
      assertEquals(List.of("kept"), response.headers("X-Outer"), response::toString);
      assertEquals(List.of("OUTER=1"), response.headers("Set-Cookie"), response::toString);
      assertEquals(List.of(), response.headers("X-App"), response::toString);
      assertEquals(List.of(), response.headers("Expires"), "Jetty's, for a new session");
      assertEquals("no-store", response.header("Cache-Control"));
      assertTrue(
          String.valueOf(response.header("Deadline-Reason"))
              .matches("expired;incident=\"[a-z0-9]+\""),
          response::toString);
      assertEquals("7", response.header("Retry-After"));
      assertTrue(!response.text().contains("half"), response::toString);
    }
  }

  @Test
  void errorPageSetting_isUsed_andAFailingOneFallsBack() throws Exception {
    for (String page : List.of("/page", "/failing")) {
      try (var deaf = new Deaf()) {
        var app =
            new Application()
                .filter("/*", setup.filter().deadline(DEADLINE).set("errorPage", page).build())
                .servlet("/page", (request, response) -> response.getWriter().print("own page"))
                .servlet(
                    "/failing",
                    (request, response) -> {
                      response.getWriter().print("own page");
                      throw new IllegalStateException("page");
                    })
                .servlet("/deaf", (request, response) -> deaf.hold());
        try (TestContainer container = setup.start(app);
            RawClient client = RawClient.connect(container)) {
          Response response = client.get("/deaf", "Accept: text/plain").read();
          assertEquals(503, response.status());
          assertTrue(response.complete(), response::toString);
          if (page.equals("/page")) {
            assertEquals("own page", response.text());
          } else {
            assertTrue(response.text().startsWith("Timeout: "), response::toString);
          }
          deaf.release();
          FilterLog.left(container);
        }
      }
    }
  }

  @Test
  void servletWithoutAsyncSupport_isParkedByForce_andNamed() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(DEADLINE).build())
              .servlet(
                  "/deaf",
                  (request, response) -> deaf.hold(),
                  servlet -> servlet.asyncSupported(false));
      // A client that goes away takes its parked request along, and a thread waits for the worker.
      try (TestContainer container = setup.start(app);
          RawClient first = RawClient.connect(container);
          RawClient second = RawClient.connect(container)) {
        assertEquals(503, first.get("/deaf").read().status());
        assertEquals(503, second.get("/deaf").read().status());
        if (setup.freesTheContainerThread()) {
          assertEquals(2, deaf.inside());
          Gate.eventually(() -> container.busyThreads() == 0, "parked");
          FilterLog.await(container, "\"servlet-0\" or a filter before it is not marked", 1);
        }
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, 2);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  /**
   * A session that begins while the client is being answered: 50 of them, each beginning or ending
   * when the deadline has just passed.
   */
  @Test
  void sessionsThatBeginOrEndLate_leaveNoCookieInTheAnswer() throws Exception {
    try (var deaf = new Deaf()) {
      Application app =
          new Application()
              .filter(
                  "/*", setup.filter().deadline(Duration.ofMillis(30)).set("grace", "0ms").build())
              .listener(
                  new HttpSessionListener() {
                    @Override
                    public void sessionCreated(HttpSessionEvent event) {
                      while (!Deadline.current().isExpired()) {
                        Thread.onSpinWait();
                      }
                    }
                  })
              .servlet(
                  "/session",
                  (request, response) -> {
                    request.getSession().invalidate();
                    deaf.hold();
                  });
      Options options = setup.options().withThreads(100);
      try (TestContainer container = setup.start(app, options)) {
        for (int i = 0; i < 50; i++) {
          try (RawClient client = RawClient.connect(container)) {
            Response response = client.get("/session").read();
            assertEquals(503, response.status(), response::toString);
            assertTrue(response.complete(), response::toString);
            assertEquals(List.of(), response.headers("Set-Cookie"), response::toString);
          }
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  /** On a busy machine a thread may need long for the little that is left to do. */
  @Test
  void sessionThatStillBegins_isNotOvertakenByTheAnswer() throws Exception {
    assertFalse(
        isOvertaken(
            answered -> {
              long start = System.nanoTime();
              while (!answered.isOpen() && System.nanoTime() - start < BUSY.toNanos()) {
                Thread.onSpinWait();
              }
            }));
  }

  /** What it waits for, its store perhaps, may never come. */
  @Test
  void sessionThatWaits_isOvertakenByTheAnswer() throws Exception {
    assertTrue(isOvertaken(Gate::awaitDeaf));
  }

  /** Whether the client has its answer before the session that its request begins is there. */
  private boolean isOvertaken(Consumer<Gate> begin) throws Exception {
    var answered = new Gate("the client has its answer");
    var overtaken = new CompletableFuture<Boolean>();
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(DEADLINE).build())
            .listener(
                new HttpSessionListener() {
                  @Override
                  public void sessionCreated(HttpSessionEvent event) {
                    begin.accept(answered);
                    overtaken.complete(answered.isOpen());
                  }
                })
            .servlet("/session", (request, response) -> request.getSession());
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/session").read();
      answered.open();
      assertEquals(503, response.status(), response::toString);
      assertEquals(List.of(), response.headers("Set-Cookie"), response::toString);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
    return overtaken.join();
  }
}
