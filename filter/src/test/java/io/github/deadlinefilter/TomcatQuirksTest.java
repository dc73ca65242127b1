package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Application;
import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.Options;
import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.TestContainer;
import io.github.deadlinefilter.contract.Wire;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done to Tomcat's own objects, where a container thread of it may look at them. */
class TomcatQuirksTest {
  private final TomcatQuirks quirks;

  TomcatQuirksTest() throws ReflectiveOperationException {
    quirks = new TomcatQuirks(Objects.requireNonNull(Response.class.getClassLoader()));
  }

  private static final class Track {
    final org.apache.coyote.Response coyote = new org.apache.coyote.Response();
    final HttpServletResponse facade;
    boolean seen;

    Track() {
      var response = new Response();
      response.setCoyoteResponse(coyote);
      facade = response.getResponse();
    }
  }

  /** It would run the application once more, having seen that one is and then that none is. */
  @Test
  void race_answerAgainstContainerThread_noErrorIsEverToBeReported() throws Exception {
    Race.run(
        20_000,
        Track::new,
        track -> {
          assertFalse(track.seen);
          assertTrue(track.coyote.isError());
        },
        track -> quirks.afterAnswer(track.facade),
        track -> {
          while (!track.coyote.isError()) {
            Thread.onSpinWait();
          }
          track.seen = track.coyote.isErrorReportRequired();
        });
  }

  /** Which may be about to tell a listener of bytes. */
  @ParameterizedTest
  @EnumSource(
      value = Wire.class,
      names = {"HTTP_1_1", "H2C"})
  void completion_waitsForTheContainerThread(Wire wire) throws Exception {
    var leaving = new AtomicBoolean();
    var completed = new CopyOnWriteArrayList<Boolean>();
    serve(
        wire,
        (request, response) -> {
          AsyncContext context = request.startAsync();
          Runnable completion =
              () -> {
                completed.add(leaving.get());
                context.complete();
              };
          var last =
              new Thread(
                  () -> quirks.tenure(request, Gate.LIMIT.toNanos()).complete(completion), "last");
          last.start();
          Gate.eventually(
              () -> last.getState() == Thread.State.TIMED_WAITING || !completed.isEmpty(),
              "the completion waits");
          leaving.set(true);
        });
    Gate.eventually(() -> !completed.isEmpty(), "the request is completed");
    assertEquals(List.of(true), completed);
  }

  @ParameterizedTest
  @EnumSource(
      value = Wire.class,
      names = {"HTTP_1_1", "H2C"})
  void completion_thatTheContainerThreadWaitsFor_isMade(Wire wire) throws Exception {
    var completed = new AtomicBoolean();
    serve(
        wire,
        (request, response) -> {
          new Thread(() -> quirks.tenure(request, 1).complete(() -> completed.set(true)), "last")
              .start();
          Gate.eventually(completed::get, "the request is completed");
        });
  }

  /** One request, in time. */
  private static void serve(Wire wire, Application.Handler servlet) throws Exception {
    try (TestContainer container =
            Containers.TOMCAT.start(
                new Application().servlet("/request", servlet), Options.DEFAULT.with(wire));
        RawClient client = RawClient.connect(container)) {
      assertEquals(200, client.get("/request").read().status());
    }
  }
}
