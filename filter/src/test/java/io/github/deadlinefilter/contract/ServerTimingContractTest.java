package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.IoCall;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A response that is to say where its time went says so, however it comes about. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class ServerTimingContractTest {
  private static final Set<String> WORKED = Set.of("queue", "app", "budget");
  private static final String OUTER = "edge;dur=1";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private Application application(Gate gate) {
    return new Application()
        .filter(
            "/*",
            (request, response, chain) -> {
              ((HttpServletResponse) response).setHeader("Server-Timing", OUTER);
              chain.doFilter(request, response);
            })
        .filter(
            "/*",
            setup
                .filter()
                .deadline(Duration.ofMinutes(1))
                .set("serverTiming", "on")
                .route("/silent = 1m serverTiming=off")
                .route("/late = 500ms grace=0ms")
                .route("/leaves = 500ms grace=2m")
                .build())
        .servlet("/silent", (request, response) -> response.getWriter().print("hi"))
        .servlet("/hi", (request, response) -> response.getWriter().print("hi"))
        .servlet("/empty", (request, response) -> response.setStatus(204))
        .servlet(
            "/streams",
            (request, response) -> {
              response.getOutputStream().print("first");
              response.flushBuffer();
              response.getOutputStream().print(", second");
            })
        .servlet("/error", (request, response) -> response.sendError(418))
        .servlet("/moved", (request, response) -> response.sendRedirect("/hi"))
        .servlet(
            "/forward",
            (request, response) -> request.getRequestDispatcher("/hi").forward(request, response))
        .servlet(
            "/own",
            (request, response) -> {
              response.getWriter().print("hi");
              response.addHeader("Server-Timing", "mine;dur=2");
            })
        .servlet(
            "/starts-again",
            (request, response) -> {
              response.getWriter().print("not this");
              response.reset();
              response.getWriter().print("hi");
            })
        .servlet(
            "/io",
            (request, response) -> {
              IoCall call = Deadline.current().io("sql", "SELECT 1");
              response.getWriter().print("hi");
              call.close();
            })
        .servlet(
            "/async",
            (request, response) -> {
              AsyncContext async = request.startAsync();
              async.start(
                  () -> {
                    response.setStatus(202);
                    async.complete();
                  });
            })
        .servlet("/late", (request, response) -> gate.awaitDeaf())
        .servlet("/leaves", (request, response) -> gate.await());
  }

  /** The metrics of the filter's own, and their milliseconds. */
  private static Map<String, Double> timing(Response response) {
    List<String> others = List.of(OUTER, "mine;dur=2");
    List<String> own =
        response.headers("Server-Timing").stream().filter(line -> !others.contains(line)).toList();
    assertEquals(1, own.size(), response::toString);
    return Arrays.stream(own.get(0).split(", "))
        .collect(
            Collectors.toMap(
                metric -> metric.substring(0, metric.indexOf(';')),
                metric ->
                    Double.valueOf(metric.substring(metric.indexOf("dur=") + "dur=".length()))));
  }

  private static void assertTimed(Response response) {
    assertTrue(response.headers("Server-Timing").contains(OUTER), response::toString);
    Map<String, Double> timing = timing(response);
    assertEquals(WORKED, timing.keySet(), response::toString);
    double all = timing.values().stream().mapToDouble(Double::doubleValue).sum();
    assertEquals(60_000, all, 50, "waited, worked and left are the deadline");
  }

  @Test
  void inTime_saysHowItsDeadlineWasSpent() throws Exception {
    try (TestContainer container = setup.start(application(new Gate("never")));
        RawClient client = RawClient.connect(container)) {
      for (String path :
          List.of("/hi", "/empty", "/streams", "/error", "/moved", "/forward", "/own", "/async")) {
        Response response = client.get(path).read();
        assertTimed(response);
      }
      assertTrue(
          client.get("/own").read().headers("Server-Timing").contains("mine;dur=2"),
          "the application's own is kept");
      Response again = client.get("/starts-again").read();
      assertEquals("hi", again.text());
      assertEquals(WORKED, timing(again).keySet());
      assertEquals(
          Set.of("queue", "app", "io", "budget"), timing(client.get("/io").read()).keySet());
      assertEquals(List.of(OUTER), client.get("/silent").read().headers("Server-Timing"));
    }
  }

  /** What changes the header, outside of the filter. */
  private static final class Watched extends HttpServletResponseWrapper {
    private final AtomicInteger changes = new AtomicInteger();

    Watched(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setHeader(String name, String value) {
      if (name.equals("Server-Timing")) {
        changes.incrementAndGet();
      }
      super.setHeader(name, value);
    }
  }

  /** Where one of its threads may be changing the head, nobody else does. */
  @Test
  void asynchronous_isLeftAlone_untilItIsThrough() throws Exception {
    var returned = new Gate("the return of the pass");
    var completed = new Gate("complete() while the servlet is inside");
    var changes = new ConcurrentHashMap<String, Integer>();
    var app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> {
                  var watched = new Watched((HttpServletResponse) response);
                  request.setAttribute("watched", watched);
                  chain.doFilter(request, watched);
                  changes.put("at the return", watched.changes.get());
                  returned.open();
                })
            .filter("/*", setup.filter().set("serverTiming", "on").build())
            .servlet(
                "/later",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  async.start(
                      () -> {
                        await(returned);
                        async.complete();
                      });
                })
            .servlet(
                "/at-once",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  var other =
                      new Thread(
                          () -> {
                            async.complete();
                            completed.open();
                          });
                  other.start();
                  await(completed);
                  var watched = (Watched) request.getAttribute("watched");
                  changes.put("beside the servlet", watched.changes.get());
                });
    try (TestContainer container = setup.start(app)) {
      assertEquals(WORKED, timing(RawClient.ask(container, "/later")).keySet());
      assertEquals(0, changes.get("at the return"));
      assertEquals(WORKED, timing(RawClient.ask(container, "/at-once")).keySet());
      assertEquals(0, changes.get("beside the servlet"));
    }
  }

  private static void await(Gate gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void late_saysThatNothingIsLeft() throws Exception {
    Gate gate = new Gate("late");
    try (TestContainer container = setup.start(application(gate))) {
      for (String path : List.of("/leaves", "/late")) {
        Response response;
        try (RawClient client = RawClient.connect(container)) {
          response = client.get(path).read();
        }
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.headers("Server-Timing").contains(OUTER), response::toString);
        Map<String, Double> timing = timing(response);
        assertEquals(0, timing.get("budget"), response::toString);
        double spent = timing.getOrDefault("queue", 0.0) + timing.getOrDefault("app", 0.0);
        assertTrue(spent >= 500, response::toString);
      }
      gate.open();
    }
  }
}
