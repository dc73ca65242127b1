package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the edge and the client say about a request's deadline. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class OutsideContractTest {
  private static final long DEADLINE_SECONDS = 60;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final AtomicInteger reached = new AtomicInteger();

  private TestContainer start(Application.Handler late) throws Exception {
    return setup.start(
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .deadline(Duration.ofSeconds(DEADLINE_SECONDS))
                    .set("requestStart", "X-Request-Start overtime=100s")
                    .set("clientDeadline", "Prefer, X-Request-Timeout, grpc-timeout")
                    .route("/untouched = none")
                    .route("/watched = none until=commit idle=1m")
                    .build())
            .servlet("/left", OutsideContractTest::left)
            .servlet("/untouched", OutsideContractTest::left)
            .servlet("/watched", OutsideContractTest::left)
            .servlet(
                "/late",
                (request, response) -> {
                  reached.incrementAndGet();
                  late.handle(request, response);
                }));
  }

  private TestContainer start() throws Exception {
    return start((request, response) -> {});
  }

  /** Answers with how many seconds are left, rounded up. */
  private static void left(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Deadline deadline = Deadline.current();
    response
        .getWriter()
        .print(deadline.isUnlimited() ? -1 : deadline.remaining().plusMillis(999).toSeconds());
  }

  private static String ago(long seconds) {
    Instant start = Instant.now().minusSeconds(seconds);
    return "X-Request-Start: t=%d.%03d"
        .formatted(start.getEpochSecond(), start.toEpochMilli() % 1000);
  }

  private static long seconds(Response response) {
    assertEquals(200, response.status(), response::toString);
    return Long.parseLong(response.text());
  }

  /** Between what it was when the request was sent, and some time of a busy machine's later. */
  private static void assertLeft(long seconds, Response response) {
    long left = seconds(response);
    assertTrue(left <= seconds + 1 && left > seconds - 20, () -> left + " s, not " + seconds);
  }

  @Test
  void tooOldOnArrival_isAnsweredAtOnce_andNeverReachesTheApplication() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/late", ago(100), "Accept: text/plain").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertTrue(response.text().contains("expired-on-arrival"), response::toString);
      assertTrue(response.untilEnd().toSeconds() < 20, response::toString);
      assertEquals(0, reached.get());
      String line = FilterLog.refused(container);
      assertTrue(
          line.matches(
              "Refused: incident=\\w+ reason=expired-on-arrival method=GET route=\"default\""
                  + " deadline=1m elapsed=1\\d{5}ms waited=1\\d{5}ms phase=queued worker=none .*"),
          line);
    }
  }

  @Test
  void waitedAtTheEdge_haveSoMuchLessTime_uploadsNotForTheirOvertime() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      assertLeft(DEADLINE_SECONDS, client.get("/left").read());
      assertLeft(DEADLINE_SECONDS - 30, client.get("/left", ago(30)).read());
      assertLeft(DEADLINE_SECONDS, client.post("/left", "body", ago(80)).read());
      assertLeft(DEADLINE_SECONDS - 30, client.post("/left", "body", ago(130)).read());
      assertEquals(503, client.post("/left", "", ago(100)).read().status());
    }
  }

  @Test
  void clockOfTheEdgeIsWrong_everyRequestHasItsWholeTime_andTheLogSaysSoOnce() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < 2; i++) {
        assertLeft(DEADLINE_SECONDS, client.get("/left", ago(-3_600)).read());
        assertLeft(DEADLINE_SECONDS, client.get("/left", ago(3_600)).read());
        assertLeft(DEADLINE_SECONDS, client.get("/left", "X-Request-Start: noon").read());
      }
      assertEquals(
          List.of("future", "too-old"),
          FilterLog.starting(container, "Ignored: header=X-Request-Start ").stream()
              .map(record -> ContainerLog.message(record).replaceAll(".* why=(\\S+) .*", "$1"))
              .toList());
    }
  }

  @Test
  void clientAsksForLess_isAnsweredThen_andToldThatItWasHonoured() throws Exception {
    try (Deaf deaf = new Deaf();
        TestContainer container = start((request, response) -> deaf.hold());
        RawClient client = RawClient.connect(container)) {
      Response response =
          client.get("/late", "Prefer: respond-async, wait=1", "Accept: text/plain").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertEquals(List.of("wait=1"), response.headers("Preference-Applied"));
      assertTrue(response.text().contains("Reason: expired\n"), response::toString);
      deaf.release();
      deaf.awaitLeft();
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" deadline=1s "), line);
    }
  }

  @Test
  void clientAsksForLess_inTime_isToldThatItWasHonoured() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/left", "Prefer: wait=30").read();
      assertLeft(30, response);
      assertEquals(List.of("wait=30"), response.headers("Preference-Applied"));
      response = client.get("/left", "Prefer: wait=40", "grpc-timeout: 30S").read();
      assertLeft(30, response);
      assertNull(response.header("Preference-Applied"));
      assertLeft(20, client.get("/left", "X-Request-Timeout: 40s", ago(20)).read());
    }
  }

  @Test
  void clientAsksForMoreOrForNothingThatCanBeRead_hasTheTimeOfTheRoute() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      for (String header :
          List.of(
              "Prefer: wait=3600",
              "Prefer: wait=0",
              "Prefer: wait=soon",
              "X-Request-Timeout: -1s",
              "X-Request-Timeout: 0",
              "grpc-timeout: 1h",
              "X-Envoy-Expected-Rq-Timeout-Ms: 5")) { // not named in the setting
        Response response = client.get("/left", header).read();
        assertLeft(DEADLINE_SECONDS, response);
        assertNull(response.header("Preference-Applied"), header);
      }
    }
  }

  @Test
  void routeWithoutDeadline_hasNoneWhateverComesFromOutside() throws Exception {
    try (TestContainer container = start();
        RawClient client = RawClient.connect(container)) {
      for (String path : List.of("/untouched", "/watched")) {
        Response response = client.get(path, "Prefer: wait=1", ago(100)).read();
        assertEquals(-1, seconds(response), path);
        assertNull(response.header("Preference-Applied"), path);
      }
    }
  }
}
