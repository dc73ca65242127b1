package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineExceededException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Late requests whose body has not been read, or has not come. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class RequestBodyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void unreadBody_lateAndDeafOrInterruptible_isAnsweredWhole() throws Exception {
    for (int sent : new int[] {10, 100_000}) {
      for (boolean deafWorker : new boolean[] {false, true}) {
        try (var deaf = new Deaf()) {
          answered(
              sent,
              sent == 10 ? 10 : 1_000_000,
              (request, response) -> {
                if (deafWorker) {
                  deaf.hold();
                } else {
                  new Gate("never").await();
                }
              },
              deaf);
        }
      }
    }
  }

  @Test
  void workerBlockedInReading_leavesNothingStuck() throws Exception {
    answered(0, 100, (request, response) -> request.getInputStream().read(), new Deaf());
  }

  /** What wakes the reader is an error, and not the application's. */
  @Test
  void workerBlockedInReading_endsWithoutAnErrorPage() throws Exception {
    var pages = new AtomicInteger();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(1)).build())
            .servlet("/post", (request, response) -> request.getInputStream().read())
            .servlet("/page", (request, response) -> pages.incrementAndGet())
            .errorPage(IOException.class, "/page");
    try (TestContainer container = setup.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        client.request("POST", "/post", "", "Content-Length: 100");
        assertEquals(503, client.read().status());
        if (setup.freesTheContainerThread()) {
          Gate.eventually(() -> container.busyThreads() == 0, "idle, though the client stays");
        }
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      FilterLog.expired(container);
      assertEquals(0, pages.get());
      assertEquals(
          FilterLog.warnings(container),
          container.log().warnings(),
          () -> ContainerLog.lines(container.log().warnings()));
    }
  }

  @Test
  void formThatDoesNotCome_endsWithTheDeadline_andWithNothingElse() throws Exception {
    endsWithTheDeadline(
        "application/x-www-form-urlencoded", "a=1%", request -> request.getParameter("a"));
  }

  @Test
  void partsThatDoNotCome_endWithTheDeadline_andWithNothingElse() throws Exception {
    endsWithTheDeadline(
        "multipart/form-data; boundary=XX",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
        HttpServletRequest::getParts);
  }

  @FunctionalInterface
  private interface Reader {
    @Nullable Object read(HttpServletRequest request) throws Exception;
  }

  /**
   * Half a body is not a malformed one, which is what a container may find; and its reader is not
   * kept until its client goes on, which nothing obliges that to do.
   */
  private void endsWithTheDeadline(String type, String half, Reader reader) throws Exception {
    var thrown = new CompletableFuture<Throwable>();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(600)).build())
            .servlet(
                "/body",
                (request, response) -> {
                  try {
                    thrown.complete(new AssertionError(reader.read(request)));
                  } catch (Throwable t) {
                    thrown.complete(t);
                    throw t;
                  }
                },
                servlet -> servlet.multipart());
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.request("POST", "/body", half, "Content-Type: " + type, "Content-Length: 200");
      assertEquals(503, client.read().status());
      assertInstanceOf(
          DeadlineExceededException.class, thrown.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS));
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  private void answered(int sent, int length, Application.Handler handler, Deaf deaf)
      throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(200)).build())
            .servlet("/post", handler);
    try (TestContainer container = setup.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        client.request("POST", "/post", "x".repeat(sent), "Content-Length: " + length);
        Response response = client.read();
        assertEquals(503, response.status());
        assertTrue(response.complete(), response::toString);
        assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0);
        deaf.release();
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  /** Undertow's own reader reads through the guard, and is closed with the request. */
  @Test
  void readerHeldPastTheDeadline_isClosedInPeace() throws Exception {
    Application app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(Duration.ofSeconds(1)).set("grace", "10s").build())
            .servlet(
                "/reads",
                (request, response) -> {
                  assertEquals('b', request.getReader().read());
                  new Gate("never").await();
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.post("/reads", "body").read();
      assertEquals(503, response.status(), response::toString);
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(
          List.of(),
          container.log().warnings().stream()
              .filter(record -> !record.getLoggerName().startsWith("io.github.deadlinefilter"))
              .map(ContainerLog::message)
              .toList());
    }
  }
}
