package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Stuck workers close their own route, and it opens by itself when they leave. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class StuckLimitContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final Deaf first = new Deaf();
  private final Deaf others = new Deaf();

  private TestContainer start(String maxStuck, String rule) throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("workers", "20")
                    .set("maxStuck", maxStuck)
                    .route("/deaf = 600ms " + rule)
                    .route("/other = 600ms")
                    .set("clientDeadline", "X-Request-Timeout")
                    .route("/patient = 1h maxStuck=1")
                    .route("/narrow = 30s max=2 queue=1 maxStuck=1")
                    .set("requestStart", "X-Request-Start")
                    .route("/hi = 1m")
                    .build())
            .servlet(
                "/deaf",
                (request, response) -> {
                  if (request.getQueryString() == null) {
                    response.getOutputStream().print("well");
                  } else {
                    (request.getQueryString().equals("first") ? first : others).hold();
                  }
                })
            .servlet("/other", (request, response) -> others.hold())
            .servlet("/patient", this::patient)
            .servlet("/narrow", this::narrow)
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    TestContainer container = setup.start(app, setup.options().withThreads(12));
    RawClient.ask(container, "/hi"); // the first request of a container takes long
    return container;
  }

  private void narrow(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.getQueryString() != null) {
      (request.getQueryString().equals("first") ? first : others).hold();
    }
    response.getOutputStream().print("well");
  }

  private void patient(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getHeader("X-Request-Timeout") != null) {
      first.hold();
    }
    response.getOutputStream().print("well");
  }

  private static void assertReason(String reason, Response response) {
    assertEquals(503, response.status(), response::toString);
    assertTrue(response.text().contains("eason " + reason + ","), response::toString);
  }

  private static void assertExpired(Response response) {
    assertEquals(503, response.status(), response::toString);
    assertTrue(response.text().contains("expired"), response::toString);
  }

  @Test
  void routeWithTooManyStuck_isClosed_theOthersAreNot_andItFlowsAgain() throws Exception {
    try (Deaf deaf = first;
        Deaf last = others;
        TestContainer container = start("20", "maxStuck=2")) {
      assertExpired(RawClient.ask(container, "/deaf?first"));
      assertEquals("well", RawClient.ask(container, "/deaf").text(), "one may be stuck");
      assertExpired(RawClient.ask(container, "/deaf?last"));
      Response refused = RawClient.ask(container, "/deaf");
      assertReason("stuck", refused);
      int retryAfter = Integer.parseInt(header(refused, "Retry-After"));
      assertTrue(retryAfter >= 1 && retryAfter <= 120, refused::toString);
      String line = FilterLog.refused(container);
      assertTrue(line.contains(" reason=stuck method=GET route=\"/deaf\" "), line);
      assertTrue(line.contains(" stuck=2 oldest="), line);
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      assertExpired(RawClient.ask(container, "/other"));
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 1);
      assertEquals("well", RawClient.ask(container, "/deaf").text(), "one has left");
      last.release();
      FilterLog.await(container, FilterLog.LEFT, 3);
    }
  }

  /** When its turn comes another one is stuck, which was not when it came. */
  @Test
  void waitsForItsTurn_meanwhileOneIsStuck_isRefused() throws Exception {
    try (Deaf deaf = first;
        Deaf other = others;
        TestContainer container = start("20", "");
        RawClient stuck = RawClient.connect(container)) {
      long most = System.currentTimeMillis() - 29_000; // of its time is over when it comes
      stuck.get("/narrow?first", "X-Request-Start: t=" + most);
      deaf.awaitInside(1);
      try (RawClient inTime = RawClient.connect(container).get("/narrow?others")) {
        other.awaitInside(1);
        try (RawClient waits = RawClient.connect(container).get("/narrow")) {
          assertExpired(stuck.read());
          other.release();
          assertEquals("well", inTime.read().text());
          assertReason("stuck", waits.read());
        }
      }
      deaf.release();
    }
  }

  @Test
  void clientThatAsksForLess_isAnsweredThen_andClosesTheRouteToNobody() throws Exception {
    try (Deaf deaf = first;
        TestContainer container = start("20", "");
        RawClient client = RawClient.connect(container)) {
      assertEquals("well", client.get("/patient").read().text());
      assertExpired(client.get("/patient", "X-Request-Timeout: 600ms").read());
      assertEquals("well", RawClient.ask(container, "/patient").text());
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 1);
    }
  }

  private static String header(Response response, String name) {
    return Objects.requireNonNull(response.header(name), response::toString);
  }

  /** In all: only routes that have stuck workers are closed. */
  @Test
  void tooManyStuckInAll_closesTheRoutesThatHaveOne() throws Exception {
    try (Deaf deaf = first;
        Deaf last = others;
        TestContainer container = start("2", "")) {
      assertExpired(RawClient.ask(container, "/deaf?first"));
      assertExpired(RawClient.ask(container, "/other"));
      assertReason("stuck", RawClient.ask(container, "/deaf"));
      assertReason("stuck", RawClient.ask(container, "/other"));
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 1);
      assertEquals("well", RawClient.ask(container, "/deaf").text());
      last.release();
      FilterLog.await(container, FilterLog.LEFT, 2);
    }
  }

  /** Interrupted at once, after 1 s, 5 s and 30 s; here the first two. */
  @Test
  void ignoredInterrupts_areCountedByTheLineThatIgnoresThem() throws Exception {
    try (Deaf deaf = first;
        Deaf last = others;
        TestContainer container = start("20", "")) {
      assertExpired(RawClient.ask(container, "/deaf?first"));
      assertExpired(RawClient.ask(container, "/deaf?first"));
      FilterLog.await(container, "Interrupt ignored: ", 2);
      List<String> lines =
          FilterLog.starting(container, "Interrupt ignored: ").stream()
              .map(ContainerLog::message)
              .toList();
      String place = " at=\"io.github.deadlinefilter.contract.Gate.awaitDeaf(Gate.java:";
      assertTrue(lines.get(0).contains(place), lines::toString);
      assertTrue(lines.get(0).endsWith(" ignored=1 of=1"), lines::toString);
      assertTrue(lines.get(1).endsWith(" ignored=2 of=2"), lines::toString);
      assertEquals(2, deaf.inside());
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 2);
      last.release();
    }
  }
}
