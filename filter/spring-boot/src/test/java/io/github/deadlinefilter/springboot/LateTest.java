package io.github.deadlinefilter.springboot;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Late, each endpoint is answered for at its deadline, and the application goes on. */
class LateTest {
  private static final String ROUTES =
      """
      /hearing/* = 1s grace=5s
      /deaf/* = 1s
      /begun/* = 1s
      POST /login = 2s
      """;

  /** Time enough to get to an endpoint, and to begin an answer, on a busy machine. */
  private static final Duration DEADLINE = Duration.ofSeconds(1);

  private static final Duration LOGIN = Duration.ofSeconds(2);

  private static final List<String> BLOCKING =
      List.of(
          "GET /hello",
          "GET /me",
          "GET /visits",
          "POST /echo",
          "POST /upload",
          "GET /redirect",
          "GET /forward",
          "POST /order",
          "GET /unpaid",
          "GET /refused",
          "GET /broken",
          "GET /error-sent");

  private static final List<String> ASYNCHRONOUS =
      List.of(
          "GET /callable",
          "GET /callable/failing",
          "GET /task",
          "GET /stream",
          "GET /deferred",
          "GET /deferred/failing",
          "GET /future");

  /** The last ones of those. */
  private static final int OF_UNKNOWN_THREADS = 3;

  /** Spring's cleaning up after a late upload may not touch the request; Tomcat does it as well. */
  private static final String UPLOAD_OUT_OF_REACH =
      "org.springframework.web.multipart.support.StandardServletMultipartResolver"
          + " Failed to perform cleanup of multipart items";

  /** Tomcat closes after a 503 by its own rule. */
  private static final Set<String> OF_THE_ERROR_PAGE =
      Set.of(
          "Cache-Control",
          "Deadline-Reason",
          "Content-Type",
          "Transfer-Encoding",
          "Date",
          "Connection");

  private static final Set<String> OF_THE_FILTER =
      Set.of(
          "Cache-Control",
          "Deadline-Reason",
          "Content-Type",
          "Content-Length",
          "Date",
          "Connection");

  private static RunningApplication application;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    application = RunningApplication.behindTheFilter(Map.of("routes", ROUTES));
    browser = new Browser(application).loggedIn();
  }

  @AfterEach
  void applicationGoesOn() throws Exception {
    application.releaseTheLate();
    assertTrue(browser.get("/me").text().contains("alice alice"));
  }

  /** Spring waits half a minute for requests that never end. */
  @AfterAll
  static void stopsAtOnce_withNothingLeftBehind() throws Exception {
    Gate.eventually(() -> application.uploads() == 0, "no uploaded file is left");
    long start = System.nanoTime();
    application.close();
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(taken.compareTo(Duration.ofSeconds(10)) < 0, taken::toString);
    assertEquals(
        List.of(),
        application.warnings().stream()
            .filter(line -> !line.startsWith("io.github.deadlinefilter Deadline expired: "))
            .filter(line -> !line.startsWith("io.github.deadlinefilter Late worker left: "))
            .filter(line -> !line.equals(UPLOAD_OUT_OF_REACH))
            .toList());
  }

  @Test
  void blocking_areAnsweredByTheErrorPage_orByTheFilterWhereTheyDoNotStop() throws Exception {
    Map<String, RawClient> hearing = send(Late.HEARING, BLOCKING);
    Map<String, RawClient> deaf = send(Late.DEAF, BLOCKING);
    assertEachAnswer(
        hearing,
        answer -> {
          assertAnswered(answer, DEADLINE, OF_THE_ERROR_PAGE);
          assertTrue(answer.text().contains("\"status\":503"));
          assertTrue(String.valueOf(answer.header("Deadline-Reason")).startsWith("expired;"));
        });
    assertEachAnswer(deaf, answer -> assertOfTheFilter(answer, DEADLINE));
    assertTrue(application.uploads() > 0, "the late upload still has its file");
  }

  /**
   * Nobody waits for their threads, so that the answer is the filter's own in any case. Those that
   * Spring has started are interrupted by Spring, which is told in the same way as its callbacks.
   */
  @Test
  void asynchronous_areAnsweredByTheFilter_andToldToStop() throws Exception {
    Late late = application.late();
    int completed = late.completed();
    int timedOut = late.timedOut();
    Map<String, RawClient> hearing = send(Late.HEARING, ASYNCHRONOUS);
    Map<String, RawClient> deaf = send(Late.DEAF, ASYNCHRONOUS);
    assertEachAnswer(hearing, answer -> assertOfTheFilter(answer, DEADLINE));
    assertEachAnswer(deaf, answer -> assertOfTheFilter(answer, DEADLINE));
    Gate.eventually(() -> late.timedOut() == timedOut + 4, "onTimeout of each task and deferred");
    Gate.eventually(() -> late.completed() == completed + 2, "onCompletion of each deferred");
    Gate.eventually(
        () -> late.inside() == ASYNCHRONOUS.size() + OF_UNKNOWN_THREADS,
        "the deaf alone, and those of whose thread only the application knows");
  }

  @Test
  void begun_areCut_andToldToStop() throws Exception {
    Late late = application.late();
    int completed = late.completed();
    int timedOut = late.timedOut();
    RawClient sentStream = send(Late.BEGUN, "GET /stream");
    RawClient sentEvents = send(Late.BEGUN, "GET /events");
    Response stream = browser.take(sentStream);
    assertCut(stream);
    assertTrue(StreamingEndpoints.FIRST.startsWith(stream.text()), "nothing that came later");
    Response events = browser.take(sentEvents);
    assertCut(events);
    assertTrue(events.text().startsWith("id:1\n"), events::toString);
    assertFalse(events.text().contains("id:2"), events::toString);
    Gate.eventually(() -> late.timedOut() == timedOut + 1, "onTimeout of the emitter");
    Gate.eventually(() -> late.completed() == completed + 1, "onCompletion of the emitter");
  }

  /** The application reads, and that is what it is late with. */
  @Test
  void uploadOfAClientThatStalls() throws Exception {
    String body = Multipart.of("tea", 300_000);
    try (RawClient stalled =
        browser.sendPost(
            Late.DEAF + "/upload", Multipart.TYPE, body.substring(0, 200_000), body.length())) {
      assertOfTheFilter(stalled.read(), DEADLINE);
      assertEquals(0, application.late().inside());
    }
  }

  @Test
  void login_hasNotHappened() throws Exception {
    var user = new Browser(application);
    Response answer = user.logIn(Late.DEAF + "/alice", SecurityConfiguration.PASSWORD);
    assertOfTheFilter(answer, LOGIN);
    application.releaseTheLate();
    Gate.eventually(
        () ->
            application.warnings().stream()
                .anyMatch(line -> line.contains("left: ") && line.contains("\"POST /login\"")),
        "the late login is over");
    assertEquals(302, user.get("/me").status());
  }

  /** The error page is not behind the login. */
  @Test
  void anonymousUser() throws Exception {
    var user = new Browser(application);
    RawClient hearing = user.send("GET", Late.HEARING + "/hello", "");
    RawClient deaf = user.send("GET", Late.DEAF + "/hello", "");
    assertAnswered(user.take(hearing), DEADLINE, OF_THE_ERROR_PAGE);
    assertOfTheFilter(user.take(deaf), DEADLINE);
  }

  /** All at once. */
  private static Map<String, RawClient> send(String late, List<String> endpoints) throws Exception {
    Map<String, RawClient> sent = new LinkedHashMap<>();
    for (String endpoint : endpoints) {
      sent.put(late + " " + endpoint, send(late, endpoint));
    }
    return sent;
  }

  private static void assertEachAnswer(
      Map<String, RawClient> sent, Consumer<Response> expectation) {
    assertAll(
        sent.entrySet().stream()
            .map(
                one ->
                    () -> {
                      Response answer = browser.take(one.getValue());
                      assertAll(one.getKey() + ": " + answer, () -> expectation.accept(answer));
                    }));
  }

  private static RawClient send(String late, String endpoint) throws Exception {
    String path = late + endpoint.substring(endpoint.indexOf('/'));
    return switch (endpoint) {
      case "POST /echo" ->
          browser.sendPost(path, "application/json", "{\"from\":\"me\",\"text\":\"tea\"}");
      case "POST /upload" -> browser.sendPost(path, Multipart.TYPE, Multipart.of("tea", 300_000));
      case "POST /order" -> browser.sendPost(path, "application/x-www-form-urlencoded", "");
      default -> browser.send("GET", path, "");
    };
  }

  private static void assertOfTheFilter(Response answer, Duration deadline) {
    assertAnswered(answer, deadline, OF_THE_FILTER);
    assertTrue(answer.text().startsWith("Timeout: "), answer::toString);
  }

  /** Whole, and nothing in it that the application has set. */
  private static void assertAnswered(Response answer, Duration deadline, Set<String> headers) {
    assertEquals(503, answer.status());
    assertTrue(answer.complete(), answer::toString);
    assertInTime(answer, deadline);
    assertEquals(
        new TreeSet<>(headers),
        answer.headers().stream()
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(TreeSet::new)),
        answer::toString);
    assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
  }

  private static void assertCut(Response answer) {
    assertEquals(200, answer.status());
    assertFalse(answer.complete(), answer::toString);
    assertInTime(answer, DEADLINE);
  }

  private static void assertInTime(Response answer, Duration deadline) {
    assertTrue(answer.untilEnd().compareTo(deadline) >= 0, answer::toString);
    assertTrue(answer.untilEnd().compareTo(deadline.plusSeconds(2)) < 0, answer::toString);
  }
}
