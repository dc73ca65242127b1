package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the settings of the filter and of its routes do to a request. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class ModesContractTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String OURS = "io.github.deadlinefilter";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  // ---- onExpiry

  @Test
  void abandon_late_isAnswered_andTheWorkIsLeftAlone() throws Exception {
    var late = new LateWork();
    try (Deaf deaf = late.deaf) {
      late.deaf("onExpiry=abandon");
      assertEquals(0, late.cancelled.get());
      assertEquals(0, deaf.interrupts());
    }
  }

  @Test
  void cooperate_late_isTold_withoutAnInterrupt() throws Exception {
    var late = new LateWork();
    try (Deaf deaf = late.deaf) {
      late.deaf("onExpiry=cooperate");
      assertEquals(1, late.cancelled.get());
      assertEquals(0, deaf.interrupts());
    }
  }

  @Test
  void interrupt_late_isTold_andInterrupted() throws Exception {
    var late = new LateWork();
    try (Deaf deaf = late.deaf) {
      late.deaf("onExpiry=interrupt");
      assertEquals(1, late.cancelled.get());
      assertTrue(deaf.interrupts() > 0);
    }
  }

  @Test
  void interrupt_thatWasSwallowed_comesAgain() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(SHORT).build())
              .servlet("/late", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        assertEquals(503, client.get("/late").read().status());
        Gate.eventually(() -> deaf.interrupts() == 2, "the second interrupt");
        end(container, deaf);
      }
    }
  }

  /**
   * Deaf work under one rule: runs into its deadline, is answered, and leaves when it is let go.
   */
  private final class LateWork {
    final Deaf deaf = new Deaf();
    final AtomicInteger cancelled = new AtomicInteger();

    void deaf(String keys) throws Exception {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(LONG).route("/late = 500ms " + keys).build())
              .servlet(
                  "/late",
                  (request, response) -> {
                    Deadline.current().onExpire(cancelled::incrementAndGet);
                    deaf.hold();
                    assertFalse(Thread.interrupted());
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/late").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        deaf.awaitInside(1);
        if (!keys.endsWith("abandon")) {
          Gate.eventually(() -> cancelled.get() == 1, "the cancellation");
        }
        end(container, deaf);
        logged(container, 1, " ended=returned");
      }
    }
  }

  @Test
  void cooperate_workThatListens_leavesInItsGrace_andIsAnsweredClean() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .deadline(LONG)
                    .route("/late = 500ms onExpiry=cooperate grace=5s")
                    .build())
            .servlet(
                "/late",
                (request, response) -> {
                  var told = new Gate("told by the deadline");
                  Deadline.current().onExpire(told::open);
                  assertEquals(0, told.awaitDeaf());
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/late").read();
      assertEquals(503, response.status(), response::toString);
      logged(container, 1, " answer=clean");
    }
  }

  // ---- routes

  @Test
  void rule_overridesTheFiltersSettings_forItsRequestsAlone() throws Exception {
    try (Deaf deaf = new Deaf();
        Deaf others = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(SHORT)
                      .set("status", "429")
                      .set("retryAfter", "1m")
                      .set("onExpiry", "abandon")
                      .set("grace", "10s")
                      .route(
                          "GET /own = 600ms status=504 retryAfter=7s grace=0ms onExpiry=interrupt")
                      .route("/plain = 600ms retryAfter=none")
                      .route("/warm = 30s")
                      .build())
              .servlet("/warm", (request, response) -> {})
              .servlet(
                  "/*",
                  (request, response) -> {
                    boolean own =
                        request.getMethod().equals("GET") && request.getRequestURI().equals("/own");
                    (own ? deaf : others).hold();
                  });
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        RawClient ownClient = ask(container, "GET", "/own");
        RawClient postClient = ask(container, "POST", "/own");
        RawClient plainClient = ask(container, "GET", "/plain");

        Response own = whole(ownClient);
        assertEquals(504, own.status(), own::toString);
        assertEquals("7", own.header("Retry-After"));
        logged(container, 1, "route=\"GET /own\" deadline=600ms");
        Gate.eventually(() -> deaf.interrupts() > 0, "the interrupt");

        Response post = whole(postClient);
        assertEquals(429, post.status(), post::toString);
        assertEquals("60", post.header("Retry-After"));
        logged(container, 1, "route=\"default\" deadline=500ms");

        Response plain = whole(plainClient);
        assertEquals(429, plain.status(), plain::toString);
        assertNull(plain.header("Retry-After"));
        others.awaitInside(2);
        others.release();
        end(container, deaf);
        assertEquals(0, others.interrupts(), "the others are abandoned");
      }
    }
  }

  private static RawClient ask(TestContainer container, String method, String path)
      throws Exception {
    return RawClient.connect(container).request(method, path, "", "Content-Length: 0");
  }

  private static Response whole(RawClient asking) throws Exception {
    try (RawClient client = asking) {
      Response response = client.read();
      assertTrue(response.complete(), response::toString);
      return response;
    }
  }

  @Test
  void routeNone_isUntouched_itsRequestIsTheContainersOwn() throws Exception {
    var outside = new AtomicReference<@Nullable Object>();
    var inside = new AtomicReference<@Nullable Object>();
    var app =
        new Application()
            .filter("/*", keeping(outside))
            .filter("/*", setup.filter().deadline(LONG).route("/free = none").build())
            .servlet(
                "/*",
                (request, response) -> {
                  inside.set(request);
                  response
                      .getWriter()
                      .print(Deadline.current() == Deadline.NONE ? "none" : "deadline");
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("none", client.get("/free").read().text());
      assertSame(outside.get(), inside.get());
      assertEquals("deadline", client.get("/other").read().text());
      assertTrue(isGuard(inside.get()), () -> "" + inside.get());
    }
  }

  @Test
  void requestThatNoRuleNames_hasTheDefaultDeadline() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(SHORT).route("/named = 30s").build())
              .servlet("/unnamed", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/unnamed").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.untilEnd().compareTo(SHORT) >= 0, response::toString);
        logged(container, 1, "Deadline expired: ", "route=\"default\" deadline=500ms");
        end(container, deaf);
      }
    }
  }

  @Test
  void remainingTime_isThatOfTheRoute_andRunsDown() throws Exception {
    var seen = new CompletableFuture<List<Duration>>();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(LONG).route("/long = 1h").build())
            .servlet(
                "/long",
                (request, response) -> {
                  Duration first = Deadline.current().remaining();
                  Gate.pause(Duration.ofMillis(2));
                  seen.complete(List.of(first, Deadline.current().remaining()));
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals(200, client.get("/long").read().status());
      Duration first = soon(seen).get(0);
      Duration second = soon(seen).get(1);
      assertTrue(first.compareTo(Duration.ofHours(1)) < 0, first::toString);
      assertTrue(first.compareTo(Duration.ofMinutes(59)) > 0, first::toString);
      assertTrue(second.plusMillis(2).compareTo(first) <= 0, () -> first + " " + second);
    }
  }

  // ---- mode

  @Test
  void modeOff_passesEverything_untouched() throws Exception {
    var outside = new AtomicReference<@Nullable Object>();
    var inside = new AtomicReference<@Nullable Object>();
    var app =
        new Application()
            .filter("/*", keeping(outside))
            .filter("/*", setup.filter().set("deadline", "1ns").set("mode", "off").build())
            .servlet(
                "/*",
                (request, response) -> {
                  inside.set(request);
                  assertSame(Deadline.NONE, Deadline.current());
                  Gate.pause(Duration.ofMillis(2));
                  response.getWriter().print("done");
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("done", client.get("/any").read().text());
      assertSame(outside.get(), inside.get());
      assertEquals(List.of(), container.log().warnings(), () -> lines(container));
    }
  }

  // ---- until=commit

  @Test
  void untilCommit_streamThatHasBegun_goesOnPastTheDeadline_whole() throws Exception {
    var goOn = new Gate("the deadline is long past");
    var interrupted = new CompletableFuture<Boolean>();
    var app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(LONG).route("/events = 500ms until=commit").build())
            .servlet(
                "/events",
                (request, response) -> {
                  var stream = response.getOutputStream();
                  stream.print("one,");
                  stream.flush();
                  interrupted.complete(goOn.awaitDeaf() > 0);
                  stream.print("two,");
                  stream.flush();
                  stream.print("three");
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/events");
      Gate.pause(SHORT.multipliedBy(2));
      goOn.open();
      Response response = client.read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("one,two,three", response.text());
      assertTrue(response.complete(), response::toString);
      assertFalse(soon(interrupted));
      assertEquals(List.of(), container.log().warnings(), () -> lines(container));
    }
  }

  @Test
  void untilCommit_responseThatHasNotBegun_isA503() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*", setup.filter().deadline(LONG).route("/events = 500ms until=commit").build())
              .servlet(
                  "/events",
                  (request, response) -> {
                    response.getOutputStream().print("in the buffer only");
                    deaf.hold();
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/events").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        assertFalse(response.text().contains("buffer"), response::toString);
        end(container, deaf);
      }
    }
  }

  // ---- grace

  @Test
  void graceZero_takesTheDirectPath_alsoWhereTheWorkerWouldLeaveAtOnce() throws Exception {
    var app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(SHORT.multipliedBy(2)).set("grace", "0ms").build())
            .servlet("/slow", (request, response) -> new Gate("never").await());
    try (TestContainer container = setup.start(app)) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(RawClient.connect(container).get("/slow"));
      }
      for (RawClient one : clients) {
        try (RawClient client = one) {
          Response response = client.read();
          assertEquals(503, response.status(), response::toString);
          assertTrue(response.complete(), response::toString);
          assertEquals(setup.wire() != Wire.H2C, response.announcesClose(), response::toString);
          assertTrue(response.text().startsWith("Timeout: "), response::toString);
        }
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      logged(container, 5, " answer=direct");
    }
  }

  // ---- deployment

  @Test
  void systemProperty_beatsTheApplicationsSetting() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  new DeadlineFilter(),
                  entry -> entry.init("worker", setup.worker()).init("deadline", "30s"))
              .servlet("/slow", (request, response) -> deaf.hold());
      String before = System.setProperty("deadline-filter.deadline", "150ms");
      assertNull(before);
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/slow").read();
        assertEquals(503, response.status(), response::toString);
        logged(container, 1, "deadline=150ms (system property deadline-filter.deadline)");
        end(container, deaf);
      } finally {
        System.clearProperty("deadline-filter.deadline");
      }
    }
  }

  @Test
  void filterWithoutAsyncSupport_saysSoOnce_andStillAnswersInTime() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup.filter().deadline(LONG).route("/slow = 150ms").build(),
                  entry -> entry.asyncSupported(false))
              .servlet("/hi", (request, response) -> response.getWriter().print("hi"))
              .servlet("/slow", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app)) {
        try (RawClient client = RawClient.connect(container)) {
          assertEquals(List.of(), ours(container, "async-supported"));
          for (int i = 0; i < 3; i++) {
            assertEquals("hi", client.get("/hi").read().text());
          }
        }
        String told = "not registered with <async-supported>true</async-supported>";
        logged(container, 1, told);
        for (int i = 0; i < 2; i++) {
          try (RawClient client = RawClient.connect(container)) {
            Response response = client.get("/slow").read();
            assertEquals(503, response.status(), response::toString);
            assertTrue(response.complete(), response::toString);
          }
        }
        logged(container, 1, told);
        end(container, deaf);
      }
    }
  }

  // ---- what the tests share

  private static void end(TestContainer container, Deaf deaf) throws Exception {
    deaf.release();
    deaf.awaitLeft();
    Gate.eventually(() -> container.busyThreads() == 0, "idle");
    Gate.eventually(
        () -> ours(container, "worker=stuck").size() == ours(container, "left-late").size(),
        "the log says that each late worker has left");
  }

  private static List<String> ours(TestContainer container, String... parts) {
    return container.log().of(OURS).stream()
        .map(ContainerLog::message)
        .filter(line -> List.of(parts).stream().allMatch(line::contains))
        .toList();
  }

  /** Waits for that many lines with these parts: an expiry is logged when it is answered. */
  private static void logged(TestContainer container, int number, String... parts)
      throws Exception {
    Gate.eventually(
        () -> ours(container, parts).size() == number, number + " lines of " + List.of(parts));
  }

  private static String lines(TestContainer container) {
    return ContainerLog.lines(container.log().records());
  }

  private static Filter keeping(AtomicReference<@Nullable Object> request) {
    return (from, to, chain) -> {
      request.set(from);
      chain.doFilter(from, to);
    };
  }

  private static boolean isGuard(@Nullable Object request) {
    return request instanceof HttpServletRequest
        && request.getClass().getName().startsWith("io.github.deadlinefilter.");
  }

  private static <T> T soon(Future<T> future) throws Exception {
    return future.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
