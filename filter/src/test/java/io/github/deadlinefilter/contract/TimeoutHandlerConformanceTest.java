package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineFilter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the timeout handlers of other systems are known to do, or are known to have got wrong, in
 * our own terms. The ids behind the tests (GO of Go's {@code http.TimeoutHandler}, RK of
 * rack-timeout, K of kube-apiserver, F of fastify) are those of the project's list of behaviours.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class TimeoutHandlerConformanceTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String OURS = "io.github.deadlinefilter";
  private static final String TEXT_BODY =
      """
      Timeout: The server could not finish this request in the time allowed\\.
      Reason: expired
      Incident: [A-Za-z0-9-]+
      """;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  // ---- in time

  /** GO-1. */
  @Test
  void inTime_bodyIsTheApplications_andItsWriteReportsNoError() throws Exception {
    var writerFailed = new CompletableFuture<Boolean>();
    var app =
        under(LONG)
            .servlet(
                "/hi",
                (request, response) -> {
                  PrintWriter writer = response.getWriter();
                  writer.print("hi");
                  writer.flush();
                  writerFailed.complete(writer.checkError());
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/hi").read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("hi", response.text());
      assertTrue(response.complete(), response::toString);
      assertFalse(soon(writerFailed));
    }
  }

  /** GO-11. */
  @Test
  void inTimeWithoutAWrite_isAnEmpty200() throws Exception {
    var app = under(LONG).servlet("/nothing", (request, response) -> {});
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/nothing").read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("", response.text());
      assertTrue(response.complete(), response::toString);
    }
  }

  /** GO-9. */
  @Test
  void clock_startsWithTheRequest_notWithTheFilter() throws Exception {
    Duration deadline = Duration.ofSeconds(1);
    var left = new CompletableFuture<Duration>();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(deadline).route("/warm = 30s").build())
            .servlet("/warm", (request, response) -> {})
            .servlet(
                "/first",
                (request, response) -> {
                  left.complete(Deadline.current().remaining());
                  response.setStatus(204);
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/warm").read(); // loading classes would cost a part of the deadline
      Gate.pause(deadline.plusMillis(200));
      assertEquals(204, client.get("/first").read().status());
      assertTrue(soon(left).compareTo(Duration.ZERO) > 0, () -> "left: " + left);
    }
  }

  /** GO-13: servlets may set the status as often as they like, so nothing is logged. */
  @Test
  void statusSetFourTimes_inTime_isTheLastOne_andNobodyComplains() throws Exception {
    var app =
        under(LONG)
            .servlet(
                "/missing",
                (request, response) -> {
                  for (int status : new int[] {404, 404, 404, 404}) {
                    response.setStatus(status);
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/missing").read();
      assertEquals(404, response.status(), response::toString);
      assertEquals("0", response.header("Content-Length"), response::toString);
      assertEquals("", response.text());
      assertEquals(List.of(), container.log().warnings(), () -> lines(container));
    }
  }

  // ---- the answer at the deadline

  /** GO-2, GO-3, GO-4. */
  @Test
  void late_browserGetsAPageThatSaysTimeout() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app = under(SHORT).servlet("/slow", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/slow", "Accept: text/html").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        assertTrue(
            "text/html;charset=utf-8"
                .equalsIgnoreCase(String.valueOf(response.header("Content-Type")).replace(" ", "")),
            response::toString);
        assertTrue(response.text().contains("<title>Timeout</title>"), response::toString);
        end(container, deaf);
      }
    }
  }

  /** GO-8. */
  @Test
  void contentTypeSetBeforeTheBlock_isKeptInTime_andGoneWhenLate() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var lateWrite = new CompletableFuture<Throwable>();
      Application.Handler inTime =
          (request, response) -> {
            response.setContentType("text/calendar");
            response.setHeader("X-App", "set");
            response.addCookie(new Cookie("app", "set"));
            response.getOutputStream().print("hi");
          };
      var app =
          under(SHORT, "/fast = 30s")
              .servlet("/fast", inTime)
              .servlet(
                  "/slow",
                  (request, response) -> {
                    inTime.handle(request, response);
                    deaf.hold();
                    failing(lateWrite, () -> response.getOutputStream().print("late"));
                  });
      try (TestContainer container = setup.start(app)) {
        try (RawClient client = RawClient.connect(container)) {
          Response fast = client.get("/fast").read();
          assertEquals(200, fast.status(), fast::toString);
          assertEquals("hi", fast.text());
          assertTrue(
              String.valueOf(fast.header("Content-Type")).startsWith("text/calendar"),
              fast::toString);

          Response slow = client.get("/slow", "Accept: application/problem+json").read();
          assertEquals(503, slow.status(), slow::toString);
          assertEquals(List.of("application/problem+json"), slow.headers("Content-Type"));
          assertNull(slow.header("X-App"), slow::toString);
          assertNull(slow.header("Set-Cookie"), slow::toString);
          assertTrue(slow.text().startsWith("{\"type\":"), slow::toString);
        }
        end(container, deaf);
        assertTrue(soon(lateWrite) instanceof DeadlineExceededException, () -> "" + lateWrite);
      }
    }
  }

  /** GO-14: nothing of the 404 is left, and the length is that of the body. */
  @Test
  void statusSetFourTimes_late_isA503OfExactlyItsLength() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          under(SHORT)
              .servlet(
                  "/missing",
                  (request, response) -> {
                    response.setStatus(404);
                    response.setStatus(404);
                    deaf.hold();
                    response.setStatus(404);
                    response.setStatus(404);
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/missing").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.text().matches(TEXT_BODY), response::toString);
        assertEquals(
            Integer.toString(response.body().length),
            response.header("Content-Length"),
            response::toString);
        end(container, deaf);
        if (setup.wire() != Wire.H2C) {
          assertTrue(client.closedAfter().compareTo(Gate.LIMIT) < 0, "nothing comes after it");
        }
      }
    }
  }

  // ---- the late worker

  /** GO-5, K-3. */
  @Test
  void lateWrite_throwsWhoseDeadlinePassed() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var failures = new ConcurrentLinkedQueue<CompletableFuture<Throwable>>();
      var app =
          under(LONG, "GET /late/* = 500ms")
              .servlet("/warm", (request, response) -> {})
              .servlet(
                  "/late/stream",
                  (request, response) -> {
                    var stream = response.getOutputStream();
                    deaf.hold();
                    failing(failures, () -> stream.write('x'));
                    failing(failures, () -> stream.write(new byte[] {'x'}));
                    failing(failures, () -> stream.print("x"));
                    failing(failures, stream::flush);
                    failing(failures, response::flushBuffer);
                    failing(failures, () -> response.sendError(500));
                  })
              .servlet(
                  "/late/writer",
                  (request, response) -> {
                    PrintWriter writer = response.getWriter();
                    deaf.hold();
                    failing(failures, () -> writer.write("x"));
                    failing(failures, () -> writer.println(1));
                    failing(failures, () -> writer.printf("%d", 1));
                    failing(failures, () -> writer.append('x'));
                    failing(failures, writer::flush);
                    failing(failures, writer::close);
                  });
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        try (RawClient stream = RawClient.connect(container);
            RawClient writer = RawClient.connect(container)) {
          stream.get("/late/stream");
          writer.get("/late/writer");
          assertEquals(503, stream.read().status());
          assertEquals(503, writer.read().status());
        }
        end(container, deaf);
        assertEquals(12, failures.size());
        for (CompletableFuture<Throwable> failure : failures) {
          var exceeded = (DeadlineExceededException) soon(failure);
          assertEquals("GET /late/*", exceeded.route());
          assertEquals(SHORT, exceeded.length());
          assertEquals(
              "The deadline of 500ms (route GET /late/*) has passed", exceeded.getMessage());
        }
      }
    }
  }

  /** GO-15: the exception of a late worker is not lost. */
  @Test
  void exceptionAfterTheDeadline_isLogged_itself() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var mine = new UnsupportedOperationException("of the late worker");
      var app =
          under(SHORT)
              .servlet(
                  "/slow",
                  (request, response) -> {
                    deaf.hold();
                    throw mine;
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        assertEquals(503, client.get("/slow").read().status());
        end(container, deaf);
        Gate.eventually(() -> leaves(container, "").size() == 1, "the worker's line");
        List<LogRecord> with =
            container.log().of(OURS).stream().filter(record -> record.getThrown() == mine).toList();
        assertEquals(1, with.size(), () -> lines(container));
        String line = ContainerLog.message(with.get(0));
        assertTrue(line.startsWith("Late worker left: incident="), line);
        assertTrue(line.endsWith(" ended=threw"), line);
      }
    }
  }

  /** GO-16: where there is no push at all it is null in time; late it is the typed error. */
  @Test
  void pushAfterTheDeadline_isRefused() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var late = new CompletableFuture<Throwable>();
      var app =
          under(SHORT)
              .servlet(
                  "/push",
                  (request, response) -> {
                    var unused = request.newPushBuilder(); // Jetty over HTTP/2 has one
                    deaf.hold();
                    failing(late, request::newPushBuilder);
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        assertEquals(503, client.get("/push").read().status());
        end(container, deaf);
        assertTrue(soon(late) instanceof DeadlineExceededException, () -> "" + late);
      }
    }
  }

  /**
   * GO-10: what ended the request is told to the client, to the log and to the worker, where it was
   * not its deadline.
   */
  @Test
  void endedByTheApplicationsStop_saysSo_everywhere() throws Exception {
    var lateWrite = new CompletableFuture<Throwable>();
    var inside = new Gate("the handler is inside");
    var stopped = new StoppedByTest(setup.filter().deadline(LONG).set("grace", "0ms").build());
    var app =
        new Application()
            .filter("/*", stopped)
            .servlet(
                "/slow",
                (request, response) -> {
                  inside.open();
                  try {
                    new Gate("never").await();
                  } catch (InterruptedException told) {
                    failing(lateWrite, () -> response.getOutputStream().print("late"));
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/slow", "Accept: application/problem+json");
      inside.await();
      stopped.stop();
      Response response = client.read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.text().contains("\"reason\":\"stopping\""), response::toString);
      assertEquals(
          "The request was ended before its deadline of 30s (route default): the application is"
              + " stopping",
          soon(lateWrite).getMessage());
      Gate.eventually(() -> expiries(container, "reason=stopping").size() == 1, "it is in the log");
    }
  }

  /**
   * K-6, K-7: a late worker that changes its response and request for ever. The next requests, on
   * this connection and on others, and an access log outside see nothing of it.
   */
  @Test
  void mutationForEver_afterTheRequestIsOver_touchesNobody() throws Exception {
    for (String path : List.of("/worker", "/thread", "/in-time")) {
      mutationForEver(path);
    }
  }

  private void mutationForEver(String path) throws Exception {
    var stop = new Gate("the mutation's end");
    var mutations = new AtomicInteger();
    Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    Queue<String> accessLog = new ConcurrentLinkedQueue<>();
    var helpers = new ConcurrentLinkedQueue<Thread>();
    Application.Handler mutate =
        (request, response) -> mutate(request, response, stop, mutations, surprises);
    Application.Handler mutateElsewhere =
        (request, response) -> {
          var helper =
              new Thread(
                  () -> {
                    try {
                      mutate.handle(request, response);
                    } catch (Exception e) {
                      surprises.add(e);
                    }
                  },
                  "mutator");
          helper.setDaemon(true);
          helpers.add(helper);
          helper.start();
        };
    var app =
        new Application()
            .filter("/*", accessLog(accessLog))
            .filter(
                "/*",
                setup
                    .filter()
                    .deadline(LONG)
                    .route("/worker = 500ms")
                    .route("/thread = 500ms grace=2s")
                    .build())
            .servlet("/worker", mutate)
            .servlet(
                "/thread",
                (request, response) -> {
                  mutateElsewhere.handle(request, response);
                  new Gate("never").await();
                })
            .servlet("/in-time", mutateElsewhere)
            .servlet(
                "/next",
                (request, response) -> {
                  response.setHeader("X-Next", String.valueOf(request.getAttribute("zombie")));
                  response.getOutputStream().print("next");
                });
    try (TestContainer container = setup.start(app);
        RawClient other = RawClient.connect(container);
        RawClient same = RawClient.connect(container)) {
      Response first = same.get(path).read();
      boolean late = !path.equals("/in-time");
      assertTrue(first.complete(), first::toString);
      if (late) {
        assertEquals(503, first.status(), first::toString);
        assertNull(first.header("X-Zombie"), first::toString);
        assertNull(first.header("Set-Cookie"), first::toString);
      }
      for (int i = 0; i < 20; i++) {
        int before = mutations.get();
        Gate.eventually(() -> mutations.get() > before, "the mutation goes on");
        clean(other.get("/next").read());
        if (!first.announcesClose()) {
          clean(same.get("/next").read());
        }
      }
      stop.open();
      for (Thread helper : helpers) {
        helper.join(Gate.LIMIT.toMillis());
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of(), List.copyOf(surprises));
      if (late) {
        assertEquals(1, accessLog.stream().filter(l -> l.startsWith(path + " 503 ")).count());
      }
      assertEquals(
          List.of(),
          accessLog.stream()
              .filter(line -> late || !line.startsWith(path))
              .filter(line -> line.contains("Zombie"))
              .toList());
      assertEquals(List.of(), strangers(container), () -> lines(container));
    }
  }

  private static void clean(Response next) {
    assertEquals(200, next.status(), next::toString);
    assertEquals("next", next.text(), next::toString);
    assertEquals("null", next.header("X-Next"), next::toString);
    assertNull(next.header("X-Zombie"), next::toString);
    assertNull(next.header("Set-Cookie"), next::toString);
  }

  private static void mutate(
      HttpServletRequest request,
      HttpServletResponse response,
      Gate stop,
      AtomicInteger mutations,
      Queue<Throwable> surprises) {
    Runnable cookie = () -> response.addCookie(new Cookie("Zombie", "set"));
    List<Runnable> all = new ArrayList<>();
    all.add(cookie);
    all.add(() -> response.setHeader("X-Zombie", "set"));
    all.add(() -> response.setStatus(299));
    all.add(() -> response.setHeader("X-Next", "Zombie"));
    all.add(() -> response.setContentType("text/zombie"));
    all.add(() -> request.setAttribute("zombie", "set"));
    all.add(() -> request.removeAttribute("zombie"));
    all.add(() -> request.getHeader("Host"));
    while (!stop.isOpen()) {
      for (Runnable one : all) {
        try {
          one.run();
        } catch (DeadlineExceededException expected) {
          // The deadline has passed: so it goes on.
        } catch (IllegalStateException e) {
          if (!String.valueOf(e.getMessage()).startsWith("The request is over")) {
            surprises.add(e);
          }
        } catch (RuntimeException e) {
          surprises.add(e);
        }
      }
      if (mutations.incrementAndGet() == 1) {
        all.remove(cookie); // a response without end is no test of ours
        all.add(() -> response.getHeaders("X-Zombie"));
      } else if (isOver(response) && !all.contains(cookie)) {
        all.add(cookie);
      }
      LockSupport.parkNanos(20_000);
      Thread.interrupted(); // deaf
    }
  }

  private static boolean isOver(HttpServletResponse response) {
    try {
      response.getStatus();
      return false;
    } catch (IllegalStateException | DeadlineExceededException over) {
      return true;
    }
  }

  // ---- exceptions

  /** GO-12, GO-18, K-4, K-5: whatever it is, it arrives outside as itself, with its own stack. */
  @Test
  void exceptionInTime_arrivesOutside_itself_withItsOwnStack() throws Exception {
    List<Throwable> thrown =
        List.of(
            new IllegalStateException("runtime"),
            new IOException("io"),
            new ServletException("servlet", new IllegalArgumentException("cause")),
            new AssertionError("error"));
    Queue<Throwable> caught = new ConcurrentLinkedQueue<>();
    var app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> {
                  try {
                    chain.doFilter(request, response);
                  } catch (Throwable t) {
                    caught.add(t);
                    throw t;
                  }
                })
            .filter("/*", setup.filter().deadline(LONG).build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
            .servlet(
                "/throw",
                (request, response) ->
                    namedFrameOfTheHandler(thrown.get(Integer.parseInt(request.getQueryString()))));
    try (TestContainer container = setup.start(app)) {
      for (int i = 0; i < thrown.size(); i++) {
        try (RawClient client = RawClient.connect(container)) {
          assertEquals(500, client.get("/throw?" + i).read().status());
        }
      }
      assertEquals(thrown.size(), caught.size());
      int i = 0;
      for (Throwable t : caught) {
        Throwable own = thrown.get(i++);
        // Tomcat puts an Error into a ServletException on its way through each chain of its own.
        assertSame(own, own instanceof Error && t instanceof ServletException ? t.getCause() : t);
        assertEquals("namedFrameOfTheHandler", own.getStackTrace()[0].getMethodName());
        assertEquals(0, own.getSuppressed().length);
      }
      assertTrue(
          container.log().records().stream().anyMatch(r -> causes(r).contains(thrown.get(0))),
          () -> lines(container));
      try (RawClient client = RawClient.connect(container)) {
        assertEquals("hi", client.get("/hi").read().text());
      }
    }
  }

  private static void namedFrameOfTheHandler(Throwable t) throws IOException, ServletException {
    t.setStackTrace(new Throwable().getStackTrace());
    if (t instanceof IOException e) {
      throw e;
    } else if (t instanceof ServletException e) {
      throw e;
    } else if (t instanceof RuntimeException e) {
      throw e;
    } else if (t instanceof Error e) {
      throw e;
    }
  }

  private static List<Throwable> causes(LogRecord record) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = record.getThrown(); t != null && causes.size() < 10; t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  // ---- flush

  /** GO-17. */
  @Test
  void flushBeforeTheEnd_inTime_changesNothing() throws Exception {
    var app =
        under(LONG)
            .servlet(
                "/early",
                (request, response) -> {
                  response.setStatus(201);
                  response.setHeader("X-App", "set");
                  response.flushBuffer();
                  response.getWriter().print("body");
                  response.getWriter().flush();
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/early").read();
      assertEquals(201, response.status(), response::toString);
      assertEquals("set", response.header("X-App"));
      assertEquals("body", response.text());
      assertTrue(response.complete(), response::toString);
    }
  }

  /** GO-17: a flush of nothing has sent the head, so that a 503 is impossible: it is cut. */
  @Test
  void flushOfAnEmptyResponse_thenLate_isCutAtTheDeadline() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          under(SHORT)
              .servlet(
                  "/empty",
                  (request, response) -> {
                    response.flushBuffer();
                    deaf.hold();
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/empty").read();
        assertEquals(200, response.status(), response::toString);
        assertTrue(response.cut(), response::toString);
        assertEquals("", response.text());
        assertEquals(1, deaf.inside(), "cut while the worker is still inside");
        assertTrue(response.untilEnd().compareTo(SHORT) >= 0, response::toString);
        end(container, deaf);
      }
    }
  }

  /** GO-17: a flush inside an error that the application has reported does not bring it forward. */
  @Test
  void flushAfterSendError_thenLate_isTheWhole503() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          under(SHORT)
              .servlet(
                  "/error",
                  (request, response) -> {
                    response.sendError(404);
                    response.flushBuffer();
                    response.getWriter().flush();
                    deaf.hold();
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/error").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        assertTrue(response.text().matches(TEXT_BODY), response::toString);
        end(container, deaf);
      }
    }
  }

  /** K-8. */
  @Test
  void outputAlreadySent_thenLate_isAborted_andReportedOnce() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          under(SHORT)
              .servlet(
                  "/begun",
                  (request, response) -> {
                    response.getOutputStream().print("a part");
                    response.flushBuffer();
                    deaf.hold();
                    response.getOutputStream().print(" and more");
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/begun").read();
        assertEquals(200, response.status(), response::toString);
        assertTrue(response.cut(), response::toString);
        assertEquals("a part", response.text());
        assertEquals(1, deaf.inside(), "cut while the worker is still inside");
        end(container, deaf);
        Gate.eventually(
            () -> leaves(container, " ended=stopped-by-fence").size() == 1, "the worker's line");
        assertEquals(1, expiries(container, " answer=aborted").size(), () -> lines(container));
      }
    }
  }

  // ---- races

  /** GO-6. */
  @Test
  void writesAroundTheDeadline_endAsWhole200sOrWhole503s() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(20)).build())
            .servlet(
                "/write",
                (request, response) -> {
                  int times = Integer.parseInt(request.getQueryString());
                  for (int i = 0; i < times; i++) {
                    Gate.pause(Duration.ofMillis(1));
                    response.getWriter().write('x');
                  }
                });
    try (TestContainer container = setup.start(app)) {
      inParallel(
          10,
          IntStream.range(0, 50)
              .<Callable<Response>>mapToObj(
                  i ->
                      () -> {
                        try (RawClient client = RawClient.connect(container)) {
                          Response response = client.get("/write?" + i).read();
                          wholeOrNothing(response, 200, "x".repeat(i));
                          return response;
                        }
                      })
              .toList());
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of(), strangers(container), () -> lines(container));
    }
  }

  /** GO-7. */
  @Test
  void shortestDeadlines_areAnswered_eachOneWhole() throws Exception {
    var app =
        under(LONG, "/shortest = 1ns\n/short = 50us\n/near = 500us")
            .servlet("/*", (request, response) -> response.setStatus(204));
    try (TestContainer container = setup.start(app)) {
      List<Response> responses = new ArrayList<>();
      int connections = setup.wire() == Wire.TLS ? 100 : 500; // there each takes 30 ms of computing
      for (int i = 0; i < connections; i++) {
        String path = i % 5 == 0 ? "/short" : i % 5 == 1 ? "/near" : "/shortest";
        try (RawClient client = RawClient.connect(container)) {
          Response response = client.get(path).read();
          wholeOrNothing(response, 204, "");
          responses.add(response);
        }
      }
      assertTrue(responses.stream().anyMatch(response -> response.status() == 503));
      assertEquals(List.of(), strangers(container), () -> lines(container));
    }
  }

  /** F-13. */
  @Test
  void finishingJustBeforeTheDeadline_isExactlyOneValidAnswer() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(50)).build())
            .servlet(
                "/near",
                (request, response) -> {
                  Gate.pause(Duration.ofMillis(40));
                  response.getOutputStream().print("done");
                });
    try (TestContainer container = setup.start(app)) {
      for (int i = 0; i < 20; i++) {
        try (RawClient client = RawClient.connect(container)) {
          wholeOrNothing(client.get("/near", "Connection: close").read(), 200, "done");
          if (setup.wire() != Wire.H2C) {
            assertTrue(client.closedAfter().compareTo(Gate.LIMIT) < 0, "no second answer");
          }
        }
      }
      assertEquals(List.of(), strangers(container), () -> lines(container));
    }
  }

  private static void wholeOrNothing(Response response, int status, String body) {
    assertTrue(response.complete(), response::toString);
    if (response.status() == status) {
      assertEquals(body, response.text(), response::toString);
    } else {
      assertEquals(503, response.status(), response::toString);
      assertTrue(
          String.valueOf(response.header("Cache-Control")).contains("no-store"),
          response::toString);
    }
  }

  // ---- deployment and queue

  /** RK-12: absent is the default, {@code none} is off, and everything else that is no duration. */
  @Test
  void valueThatIsNoDeadline_refusesToDeploy_andSaysSo() throws Exception {
    for (String value :
        List.of("", "nil", "null", "off", "false", "0", "0s", "-1", "-5s", "5", "PT-5S", "soon")) {
      var app = webXml(Map.of("worker", setup.worker(), "deadline", value));
      ServletException refusal =
          assertThrows(ServletException.class, () -> setup.start(app).close(), value);
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.contains("deadline is \"" + value + "\" (web.xml)"), message);
      assertTrue(message.contains("500ms, 5s, 2m, 1h or PT5S, or none"), message);
    }
    assertRemaining(Map.of("worker", setup.worker()), Duration.ofSeconds(30));
    assertRemaining(
        Map.of("worker", setup.worker(), "deadline", "none"), Duration.ofNanos(Long.MAX_VALUE));
  }

  private void assertRemaining(Map<String, String> params, Duration most) throws Exception {
    var remaining = new CompletableFuture<Duration>();
    var app =
        webXml(params)
            .servlet(
                "/hi", (request, response) -> remaining.complete(Deadline.current().remaining()));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals(200, client.get("/hi").read().status());
      Duration given = soon(remaining);
      assertTrue(given.compareTo(most) <= 0, given::toString);
      assertTrue(given.compareTo(most.dividedBy(2)) > 0, given::toString);
    }
  }

  private static Application webXml(Map<String, String> params) {
    return new Application().filter("/*", new DeadlineFilter(), entry -> entry.init(params));
  }

  /** RK-18. */
  @Test
  void expiredWhileItWaitsForAWorker_neverReachesTheApplication() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var reached = new AtomicInteger();
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(SHORT)
                      .route("/hold = 30s")
                      .set("workers", "1")
                      .set("queue", "4")
                      .build())
              .servlet("/hold", (request, response) -> deaf.hold())
              .servlet("/waits", (request, response) -> reached.incrementAndGet());
      try (TestContainer container = setup.start(app);
          RawClient holder = RawClient.connect(container)) {
        holder.get("/hold");
        deaf.awaitInside(1);
        var together = new Together(); // read in turn, the later ones would always seem to wait
        for (int i = 0; i < 3; i++) {
          together.with("client " + i, () -> assertExpiresWhereItWaits(container));
        }
        together.run();
        Gate.eventually(
            () -> expiries(container, "reason=expired-in-queue").size() == 3, "they are logged");
        deaf.release();
        assertEquals(200, holder.read().status());
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
        assertEquals(0, reached.get());
        assertEquals(200, holder.get("/waits").read().status());
        assertEquals(1, reached.get());
      }
    }
  }

  private static void assertExpiresWhereItWaits(TestContainer container) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      Response response = client.get("/waits").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertTrue(response.untilEnd().compareTo(SHORT) >= 0, response::toString);
    }
  }

  // ---- what the tests share

  private Application under(Duration deadline) {
    return new Application().filter("/*", setup.filter().deadline(deadline).build());
  }

  private Application under(Duration deadline, String routes) {
    return new Application()
        .filter("/*", setup.filter().deadline(deadline).set("routes", routes).build());
  }

  /** Lets the deaf work go, and waits until the container has all of its threads back. */
  private static void end(TestContainer container, Deaf deaf) throws Exception {
    deaf.release();
    deaf.awaitLeft();
    Gate.eventually(
        () -> expiries(container, "worker=stuck").size() == leaves(container, "").size(),
        "the log says that each late worker has left");
    Gate.eventually(() -> container.busyThreads() == 0, "idle");
  }

  private static List<String> expiries(TestContainer container, String part) {
    return ours(container, "Deadline expired: ", part);
  }

  private static List<String> leaves(TestContainer container, String part) {
    return ours(container, "Late worker left: ", part);
  }

  private static List<String> ours(TestContainer container, String start, String part) {
    return container.log().of(OURS).stream()
        .map(ContainerLog::message)
        .filter(line -> line.startsWith(start) && line.contains(part))
        .toList();
  }

  /** What somebody complained about, but for the lines that an expiry has to leave. */
  private static final List<String> SAID_OF_LATE_WORKERS =
      List.of(
          "Deadline expired: ",
          "Late worker left",
          "Interrupt ignored: ",
          "A stuck worker keeps a container thread");

  private static List<String> strangers(TestContainer container) {
    return container.log().warnings().stream()
        .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
        .map(record -> ContainerLog.lines(List.of(record)))
        .filter(line -> SAID_OF_LATE_WORKERS.stream().noneMatch(line::contains))
        .toList();
  }

  private static String lines(TestContainer container) {
    return ContainerLog.lines(container.log().records());
  }

  private static Filter accessLog(Queue<String> lines) {
    return (request, response, chain) -> {
      try {
        chain.doFilter(request, response);
      } finally {
        var from = (HttpServletRequest) request;
        var to = (HttpServletResponse) response;
        var headers = new StringBuilder();
        for (String name : to.getHeaderNames()) {
          headers.append(' ').append(name).append('=').append(to.getHeaders(name));
        }
        lines.add(
            from.getRequestURI() + " " + to.getStatus() + " " + from.getHeader("Host") + headers);
      }
    };
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws Exception;
  }

  private static void failing(Queue<CompletableFuture<Throwable>> failures, Attempt attempt) {
    var failure = new CompletableFuture<Throwable>();
    failures.add(failure);
    failing(failure, attempt);
  }

  private static void failing(CompletableFuture<Throwable> failure, Attempt attempt) {
    try {
      attempt.run();
      failure.complete(new AssertionError("it succeeded"));
    } catch (Exception e) {
      failure.complete(e);
    }
  }

  private static <T> T soon(Future<T> future) throws Exception {
    return future.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static void inParallel(int threads, List<Callable<Response>> tasks) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(threads);
    try {
      for (Future<Response> answer : clients.invokeAll(tasks)) {
        soon(answer);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  /** A filter that the test stops, as an undeployment would; the container does not any more. */
  private record StoppedByTest(DeadlineFilter filter) implements Filter {
    @Override
    public void init(FilterConfig config) throws ServletException {
      filter.init(config);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      filter.doFilter(request, response, chain);
    }

    void stop() {
      filter.destroy();
    }
  }
}
