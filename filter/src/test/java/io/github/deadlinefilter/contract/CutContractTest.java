package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A response that has begun cannot be answered any more: its client can tell that it is cut. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class CutContractTest {
  /** Time enough to begin a response on a busy machine. */
  private static final Duration DEADLINE = Duration.ofMillis(1500);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void committedThenStalled_isCutAtTheDeadline() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(DEADLINE).build())
              .servlet(
                  "/stall",
                  (request, response) -> {
                    if (request.getParameter("length") != null) {
                      response.setContentLength(1000);
                    }
                    response.getOutputStream().print("begun");
                    response.flushBuffer();
                    if (request.getParameter("deaf") != null) {
                      deaf.hold();
                    } else {
                      new Gate("never").await();
                    }
                  });
      List<RawClient> clients = new ArrayList<>();
      try (TestContainer container = setup.start(app)) {
        for (String query : List.of("", "length", "deaf", "deaf&length")) {
          clients.add(RawClient.connect(container).get("/stall?" + query));
        }
        for (RawClient client : clients) {
          Response response = client.read();
          assertEquals(200, response.status());
          assertEquals("begun", response.text());
          assertTrue(response.cut(), response::toString);
          assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
          assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
        }
        assertEquals(2, deaf.inside(), "cut while the worker is inside");
        for (LogRecord line : FilterLog.await(container, FilterLog.EXPIRED, clients.size())) {
          assertTrue(
              ContainerLog.message(line).contains(" answer=aborted"), ContainerLog.message(line));
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void asyncBegun_withBytesInABuffer_isCutAndCompleted() throws Exception {
    var completed = new Gate("onComplete");
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(DEADLINE).build())
            .servlet(
                "/stream",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  context.addListener(new EndListener(completed::open));
                  for (int i = 0; i < 4000; i++) {
                    response.getOutputStream().print("the first of many lines");
                  }
                });
    try (TestContainer container = setup.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/stream").read();
        assertEquals(200, response.status());
        assertTrue(response.cut(), response::toString);
      }
      completed.await();
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  @Test
  void blockedWriter_isCut_andTheContainerIsFree() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(DEADLINE).build())
            .servlet(
                "/big",
                (request, response) -> {
                  byte[] much = new byte[64 * 1024];
                  for (int i = 0; i < 1024; i++) {
                    response.getOutputStream().write(much);
                  }
                })
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container, 4096)) {
      client.get("/big");
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" answer=aborted"), line);
      Gate.eventually(() -> container.busyThreads() == 0, "the writer has left or is parked");
      assertTrue(client.read().cut());
      if (setup.wire() == Wire.H2C) {
        assertEquals("hi", client.get("/hi").read().text(), "the other streams go on");
      }
    }
  }
}
