package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.http.DeadlineHttpClient;
import io.github.deadlinefilter.jdbc.DeadlineDataSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What an application does with its request's deadline from inside. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class BudgetContractTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private TestContainer start(Duration deadline, String keys, Application.Handler handler)
      throws Exception {
    return setup.start(
        application("/x = " + deadline.toMillis() + "ms " + keys).servlet("/x", handler));
  }

  private Application application(String routes) {
    return new Application()
        .filter("/*", setup.filter().deadline(LONG).set("routes", routes).build())
        .servlet(
            "/next",
            (request, response) ->
                response.getWriter().print("interrupted: " + Thread.interrupted()));
  }

  @Test
  void afterTheFirstEnd_whatWasExtendedHasItsTime_andWhatGoesOnPastTheAnswerIsTold()
      throws Exception {
    new Together()
        .with("extended, then lifted, it has the time that it was given", this::extendedThenLifted)
        .with("answered in time, what goes on is told at the deadline", this::answeredInTime)
        .run();
  }

  private void extendedThenLifted() throws Exception {
    Duration first = Duration.ofSeconds(1);
    try (TestContainer container =
            start(
                first,
                "",
                (request, response) -> {
                  Deadline deadline = Deadline.current();
                  assertTrue(deadline.extend(first));
                  Gate.pause(first); // past the first end, not past the second
                  assertTrue(deadline.lift());
                  Gate.pause(first);
                  assertTrue(deadline.isUnlimited());
                  response.getWriter().print("whole");
                });
        RawClient client = RawClient.connect(container)) {
      assertEquals("interrupted: false", RawClient.ask(container, "/next").text());
      Response response = client.get("/x").read();
      assertEquals(200, response.status(), response::toString);
      assertEquals("whole", response.text());
    }
  }

  @Test
  void shortened_isAnsweredAtTheNewEnd() throws Exception {
    try (Deaf deaf = new Deaf();
        TestContainer container =
            start(
                LONG,
                "",
                (request, response) -> {
                  assertTrue(Deadline.current().shorten(Duration.ofMillis(100)));
                  deaf.hold();
                });
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/x").read(); // fails long before the deadline that was
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete());
      deaf.release();
      deaf.awaitLeft();
    }
  }

  @Test
  void critical_late_isNotInterrupted_andTheClientIsToldThatTheOutcomeIsUnknown() throws Exception {
    AtomicBoolean interruptedAfter = new AtomicBoolean();
    try (Deaf deaf = new Deaf();
        TestContainer container =
            start(
                Duration.ofMillis(400),
                "retryAfter=5s",
                (request, response) -> {
                  Deadline.critical(
                      Duration.ZERO,
                      () -> {
                        deaf.hold();
                        return "paid";
                      });
                  interruptedAfter.set(Thread.currentThread().isInterrupted());
                });
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/x", "Accept: application/problem+json").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.text().contains("\"outcome-unknown\""), response::toString);
      assertNull(response.header("Retry-After"), response::toString);
      assertEquals(0, deaf.interrupts());
      deaf.release();
      deaf.awaitLeft();
      FilterLog.await(container, FilterLog.LEFT, 1);
      assertTrue(interruptedAfter.get());
      assertTrue(FilterLog.expired(container).contains(" reason=outcome-unknown "));
    }
  }

  @Test
  void critical_late_workerStopsInTime_orIsAsynchronous_theClientIsToldThatTheOutcomeIsUnknown()
      throws Exception {
    Application app =
        application("/stops = 1s retryAfter=5s grace=2m\n/async = 1s retryAfter=5s")
            .servlet(
                "/stops",
                (request, response) -> {
                  Deadline.critical(Duration.ZERO, () -> "paid");
                  new Gate("never opened").await();
                })
            .servlet(
                "/async",
                (request, response) -> {
                  request.startAsync(); // and nobody completes it
                  Deadline.critical(Duration.ZERO, () -> "ordered");
                });
    try (TestContainer container = setup.start(app);
        RawClient stops = RawClient.connect(container);
        RawClient async = RawClient.connect(container)) {
      assertEquals("interrupted: false", RawClient.ask(container, "/next").text());
      stops.get("/stops");
      async.get("/async", "Accept: application/problem+json");

      Response stopped = stops.read();
      assertEquals(503, stopped.status(), stopped::toString);
      assertNull(stopped.header("Retry-After"), stopped::toString);
      assertTrue(stopped.text().contains("outcome-unknown"), stopped::toString);
      String line = FilterLog.expired(container, "/stops");
      assertTrue(line.contains(" reason=outcome-unknown "), line);
      assertTrue(line.contains(" answer=clean"), line);

      Response late = async.read();
      assertEquals(503, late.status(), late::toString);
      assertNull(late.header("Retry-After"), late::toString);
      assertTrue(late.text().contains("\"outcome-unknown\""), late::toString);
      line = FilterLog.expired(container, "/async");
      assertTrue(line.contains(" reason=outcome-unknown "), line);
      assertTrue(line.contains(" phase=async "), line);
    }
  }

  @Test
  void scope_late_movesOnAndLeavesNothingBehind() throws Exception {
    try (TestContainer container =
            start(
                LONG,
                "",
                (request, response) -> {
                  response.getWriter().print("head,");
                  boolean inTime =
                      Deadline.tryRun(
                          Duration.ofMillis(50), () -> new Gate("never opened").await());
                  response.getWriter().print(inTime + "," + Thread.currentThread().isInterrupted());
                });
        RawClient client = RawClient.connect(container)) {
      assertEquals("head,false,false", client.get("/x").read().text());
      assertEquals("interrupted: false", client.get("/next").read().text());
    }
  }

  @Test
  void wrapped_requestExpires_isInterruptedOnItsOwnThread() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    var interrupted = new CompletableFuture<Boolean>();
    try (TestContainer container =
            start(
                Duration.ofMillis(300),
                "",
                (request, response) ->
                    Deadline.current()
                        .await(
                            Deadline.wrap(pool)
                                .submit(
                                    () -> {
                                      try {
                                        new Gate("never opened").await();
                                        interrupted.complete(false);
                                      } catch (InterruptedException e) {
                                        interrupted.complete(true);
                                      }
                                      return "";
                                    })));
        RawClient client = RawClient.connect(container)) {
      assertEquals(503, client.get("/x").read().status());
      assertTrue(interrupted.get());
    } finally {
      pool.shutdown();
    }
    assertFalse(Thread.interrupted());
  }

  /**
   * What a request has begun, and nobody waits for, ends with its deadline as the request would.
   */
  private void answeredInTime() throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    Gate answered = new Gate("the request has been answered");
    Gate told = new Gate("what was registered was called");
    var task = new CompletableFuture<Boolean>();
    var late = new CompletableFuture<Boolean>();
    var sent = new CompletableFuture<Throwable>();
    HttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TestContainer container =
            start(
                Duration.ofSeconds(2),
                "",
                (request, response) -> {
                  Deadline.current().onExpire(told::open);
                  pool.execute(Deadline.wrap(() -> task.complete(isInterrupted())));
                  Runnable afterwards = Deadline.wrap(() -> late.complete(isInterrupted()));
                  pool.execute(
                      () -> {
                        answered.awaitDeaf();
                        afterwards.run();
                      });
                  URI uri = URI.create("http://127.0.0.1:" + silent.getLocalPort());
                  var unused =
                      client
                          .sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                          .whenComplete((none, failure) -> sent.complete(failure));
                  response.getWriter().print("whole");
                });
        RawClient asking = RawClient.connect(container)) {
      assertEquals("interrupted: false", RawClient.ask(container, "/next").text());
      assertEquals("whole", asking.get("/x").read().text());
      answered.open();
      told.await();
      assertTrue(task.get(), "the task is interrupted");
      assertTrue(late.get(), "and so is one that has begun after the answer");
      assertInstanceOf(HttpTimeoutException.class, sent.get().getCause());
    } finally {
      answered.open();
      pool.shutdown();
    }
  }

  /** What is let run on is not cut off by the adapters either, and it is known what it is in. */
  @Test
  void abandoned_callThroughAnAdapterRunsOn() throws Exception {
    Gate answered = new Gate("the client has been answered");
    var called = new CompletableFuture<String>();
    HttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
    HttpServer slow =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    slow.createContext(
        "/",
        exchange -> {
          answered.awaitDeaf();
          exchange.sendResponseHeaders(200, 5);
          exchange.getResponseBody().write("whole".getBytes(StandardCharsets.US_ASCII));
          exchange.close();
        });
    slow.start();
    var database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:abandoned");
    URI uri = URI.create("http://127.0.0.1:" + slow.getAddress().getPort());
    try (TestContainer container =
            start(
                Duration.ofMillis(300),
                "onExpiry=abandon",
                (request, response) -> {
                  try {
                    HttpRequest call = HttpRequest.newBuilder(uri).build();
                    String first = client.send(call, BodyHandlers.ofString()).body();
                    String second = client.send(call, BodyHandlers.ofString()).body();
                    try (Connection connection = new DeadlineDataSource(database).getConnection();
                        Statement query = connection.createStatement()) {
                      query.executeQuery("SELECT 1").close();
                    }
                    called.complete(first + second);
                  } catch (Exception e) {
                    called.completeExceptionally(e);
                  }
                });
        RawClient asking = RawClient.connect(container)) {
      assertEquals(503, asking.get("/x").read().status());
      answered.open();
      assertEquals("wholewhole", called.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS));
      String line = FilterLog.expired(container);
      assertTrue(line.contains("http 1 call"), line);
    } finally {
      answered.open();
      slow.stop(0);
    }
  }

  private static boolean isInterrupted() {
    try {
      new Gate("never opened").await();
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** A loop that asks knows that the time is over before anybody else does. */
  @Test
  void check_atTheVeryDeadline_isAnsweredAsTheDeadline() throws Exception {
    try (TestContainer container =
            start(
                Duration.ofMillis(50),
                "",
                (request, response) -> {
                  while (true) {
                    Deadline.current().check();
                  }
                });
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < 5; i++) {
        try (RawClient another = RawClient.connect(container)) {
          assertEquals(503, another.get("/x").read().status());
        }
      }
      assertEquals("interrupted: false", client.get("/next").read().text());
    }
  }
}
