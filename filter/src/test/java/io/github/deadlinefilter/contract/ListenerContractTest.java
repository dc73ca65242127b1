package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineEvent;
import io.github.deadlinefilter.DeadlineListener;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A listener hears of every request what became of it, in order, and can do no harm. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class ListenerContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final Heard heard = new Heard();

  private Application app(Deaf deaf, DeadlineListener first) throws Exception {
    return app(deaf, first, "300ms");
  }

  private Application app(Deaf deaf, DeadlineListener first, String deadline) throws Exception {
    return new Application()
        .filter(
            "/*",
            setup
                .filter()
                .deadline(Duration.ofSeconds(30))
                .route("/deaf = " + deadline + " max=1 queue=0")
                .listener(first)
                .listener(heard)
                .build())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
        .servlet(
            "/fails",
            (request, response) -> {
              throw new IllegalStateException("of the application's own");
            })
        .servlet(
            "/async",
            (request, response) -> {
              AsyncContext context = request.startAsync();
              context.start(context::complete);
            })
        .servlet("/dispatches", (request, response) -> request.startAsync().dispatch("/hi"))
        .servlet("/deaf", (request, response) -> deaf.hold());
  }

  @Test
  void inTime_isStartedAndCompletedOrFailed_once() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = setup.start(app(deaf, new DeadlineListener() {}))) {
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      DeadlineEvent completed = heard.await("started", "completed").get(1);
      assertEquals("default", completed.route());
      assertEquals("GET", completed.method());
      assertEquals(Duration.ofSeconds(30), completed.deadline());
      assertTrue(completed.elapsed().compareTo(Duration.ofSeconds(30)) < 0, completed::toString);
      assertTrue(completed.incident().isEmpty());
      assertEquals(500, RawClient.ask(container, "/fails").status());
      Throwable failure =
          heard.await("started", "completed", "started", "failed").get(3).failure().orElseThrow();
      assertEquals("of the application's own", failure.getMessage());
      assertEquals(200, RawClient.ask(container, "/async").status());
      heard.await("started", "completed", "started", "failed", "started", "completed");
      assertEquals("hi", RawClient.ask(container, "/dispatches").text());
      heard.await(
          "started",
          "completed",
          "started",
          "failed",
          "started",
          "completed",
          "started",
          "completed");
    }
  }

  @Test
  void late_isStartedExpiredAndLeft_andWhoIsRefusedMeanwhileWasNeverStarted() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = setup.start(app(deaf, new DeadlineListener() {}))) {
      RawClient.ask(container, "/hi"); // the first request of a container takes long
      heard.await("started", "completed");
      Response late = RawClient.ask(container, "/deaf");
      assertEquals(503, late.status());
      DeadlineEvent expired =
          heard.await("started", "completed", "started", "expired expired").get(3);
      assertEquals("/deaf", expired.route());
      assertTrue(late.text().contains(expired.incident().orElseThrow()), late::toString);
      assertEquals("direct", expired.answer().orElseThrow());
      assertEquals(Duration.ZERO, expired.overrun());
      assertFalse(expired.stack().isEmpty());
      assertEquals(503, RawClient.ask(container, "/deaf").status());
      DeadlineEvent refused =
          heard
              .await("started", "completed", "started", "expired expired", "refused route-full")
              .get(4);
      assertTrue(refused.stack().isEmpty());
      deaf.release();
      DeadlineEvent left =
          heard
              .await(
                  "started",
                  "completed",
                  "started",
                  "expired expired",
                  "refused route-full",
                  "leftLate expired")
              .get(5);
      assertEquals(expired.incident(), left.incident());
      assertTrue(left.overrun().compareTo(Duration.ZERO) > 0, left::toString);
    }
  }

  /**
   * As Spring Session's, which stores the session before the head is written, and finds no store.
   */
  private static final class BrokenOuter extends HttpServletResponseWrapper {
    BrokenOuter(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void sendError(int status, String message) {
      throw new IllegalStateException("of an outer filter's");
    }
  }

  @Test
  void answerFails_isToldOnceAllTheSame() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container =
            setup.start(
                app(deaf, new DeadlineListener() {}, "30s")
                    .outerFilter(
                        "/deaf",
                        (request, response, chain) ->
                            chain.doFilter(
                                request, new BrokenOuter((HttpServletResponse) response)),
                        entry -> {}))) {
      try (RawClient first = RawClient.connect(container).get("/deaf")) {
        heard.await("started");
        RawClient.ask(container, "/deaf"); // whatever the container makes of it
        heard.await("started", "refused route-full");
        deaf.release();
        first.read();
        Gate.eventually(() -> heard.names().size() > 2, "the first one has ended");
        assertEquals(1, heard.names().stream().filter("refused route-full"::equals).count());
      }
    }
  }

  @Test
  void listenerThatBlocks_delaysNobody_norDoesOneThatThrows() throws Exception {
    var blocks = new Gate("the release of the listener");
    var listener =
        new DeadlineListener() {
          @Override
          public void started(DeadlineEvent event) {
            blocks.awaitDeaf();
          }
        };
    try (var deaf = new Deaf();
        TestContainer container = setup.start(app(deaf, listener))) {
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      assertEquals(503, RawClient.ask(container, "/deaf").status());
      heard.await("started", "completed", "started", "expired expired");
      deaf.release();
      blocks.open();
    }
  }

  @Test
  void listenerThatThrows_hearsOfTheNextEvent_andItIsLogged() throws Exception {
    var names = new Heard();
    var listener =
        new DeadlineListener() {
          @Override
          public void started(DeadlineEvent event) {
            throw new LinkageError("of the listener's own");
          }

          @Override
          public void completed(DeadlineEvent event) {
            names.completed(event);
          }
        };
    try (var deaf = new Deaf();
        TestContainer container = setup.start(app(deaf, listener))) {
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      assertEquals("hi", RawClient.ask(container, "/hi").text());
      names.await("completed", "completed");
      String line = ContainerLog.message(FilterLog.await(container, "Listener ", 1).get(0));
      assertTrue(line.contains(listener.getClass().getName() + " failed, on "), line);
      assertEquals(List.of(), FilterLog.starting(container, "Measuring failed"));
    }
  }
}
