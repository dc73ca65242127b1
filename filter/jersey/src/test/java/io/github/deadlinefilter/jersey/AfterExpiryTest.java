package io.github.deadlinefilter.jersey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.contract.Application;
import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.ChunkedOutput;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an application can still do with what Jersey gave it when the deadline has passed, or an
 * answer that had begun was cut.
 */
class AfterExpiryTest {
  private static TestContainer start(Setup setup, Subscriptions subscriptions) throws Exception {
    return setup
        .container()
        .start(
            new Application()
                .filter(
                    "/*",
                    setup
                        .filter()
                        .deadline(Duration.ofSeconds(20))
                        .route("/short/* = 300ms")
                        .route("/idle/* = 20s until=commit idle=300ms")
                        .build())
                .servlet(
                    "/*",
                    new ServletContainer(new ResourceConfig().register(subscriptions)),
                    servlet -> {}));
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T first = queue.poll(Gate.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    if (first == null) {
      throw new AssertionError("nobody came");
    }
    return first;
  }

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#usual")
  void resumedTooLate_isHarmless_andCompletesOnce(Setup setup) throws Exception {
    var subscriptions = new Subscriptions();
    try (TestContainer container = start(setup, subscriptions)) {
      AsyncResponse late;
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/short/suspended").read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        late = take(subscriptions.responses);
      }
      try (RawClient next = RawClient.connect(container)) {
        next.get("/usual/suspended");
        AsyncResponse inTime = take(subscriptions.responses);
        try {
          late.resume("secret");
        } catch (DeadlineExceededException told) {
          // Where the container has not heard yet that the request is complete.
        }
        assertFalse(late.isSuspended());
        assertTrue(late.isDone());
        assertFalse(late.resume("secret"), "resumed twice");
        assertEquals(1, subscriptions.completions.get());

        assertTrue(inTime.resume("in time"));
        assertEquals("in time", next.read().text());
        assertEquals(2, subscriptions.completions.get());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#usual")
  void chunkAfterTheCut_isRefused_andTheOutputIsClosed(Setup setup) throws Exception {
    var subscriptions = new Subscriptions();
    try (TestContainer container = start(setup, subscriptions);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/idle/chunks").read();
      assertTrue(response.cut(), response::toString);
      ChunkedOutput<String> output = take(subscriptions.outputs);
      assertThrows(DeadlineExceededException.class, () -> output.write("secret"));
      assertTrue(output.isClosed());
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#usual")
  void cutSubscriber_isClosedByTheNextEvent_andTheOthersHearOn(Setup setup) throws Exception {
    var subscriptions = new Subscriptions();
    try (TestContainer container = start(setup, subscriptions);
        RawClient patient = RawClient.connect(container);
        RawClient cut = RawClient.connect(container)) {
      patient.get("/usual/events");
      SseEventSink open = take(subscriptions.sinks);
      Response response = cut.get("/idle/events").read();
      assertTrue(response.cut(), response::toString);
      assertEquals("data: welcome\n\n", response.text());
      SseEventSink late = take(subscriptions.sinks);

      subscriptions.broadcast("one");
      Gate.eventually(late::isClosed, "the sink that was cut is closed");
      assertFalse(open.isClosed());
      subscriptions.broadcast("two");
      subscriptions.closeAll();
      Response heard = patient.read();
      assertTrue(heard.complete(), heard::toString);
      assertEquals("data: welcome\n\ndata: one\n\ndata: two\n\n", heard.text());
    }
  }

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#usual")
  void eventAfterTheCut_failsWithTheDeadline(Setup setup) throws Exception {
    var subscriptions = new Subscriptions();
    try (TestContainer container = start(setup, subscriptions);
        RawClient client = RawClient.connect(container)) {
      assertTrue(client.get("/idle/events").read().cut());
      SseEventSink late = take(subscriptions.sinks);
      var sent = late.send(subscriptions.event("secret")).toCompletableFuture();
      var failure = assertThrows(CompletionException.class, sent::join);
      assertInstanceOf(DeadlineExceededException.class, failure.getCause());
      assertTrue(late.isClosed());
    }
  }
}
