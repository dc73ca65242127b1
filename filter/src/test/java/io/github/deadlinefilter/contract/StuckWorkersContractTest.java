package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Many stuck workers, and a container that has all of its few threads all the same. */
@ParameterizedClass
@MethodSource("freeing")
class StuckWorkersContractTest {
  private static final Duration DEADLINE = Duration.ofMillis(500);
  private static final int REQUESTS = 50;
  private static final int AT_ONCE = 10;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  static List<Combination> freeing() {
    return Combination.all().stream().filter(Combination::freesTheContainerThread).toList();
  }

  private static int stuck(List<LogRecord> expired) {
    return (int)
        expired.stream()
            .filter(line -> ContainerLog.message(line).contains(" worker=stuck"))
            .count();
  }

  @Test
  void fiftyStuckWorkers_leaveEightContainerThreadsIdle() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .set("workers", "60")
                      .set("maxStuck", "60")
                      .route("/deaf = 500ms")
                      .route("/hi = 2m")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
      // On HTTP/2, the end of its connection has the container wait for the worker; Tomcat ends one
      // that has been idle for 20 s.
      List<RawClient> open = new ArrayList<>();
      int answered = 0;
      try (TestContainer container = setup.start(app, setup.options().withThreads(8))) {
        // On a busy machine some are late before their worker has begun.
        while (deaf.inside() < REQUESTS) {
          List<RawClient> clients = new ArrayList<>();
          int more = Math.min(AT_ONCE, REQUESTS - deaf.inside());
          for (int j = 0; j < more; j++) {
            clients.add(RawClient.connect(container).get("/deaf"));
          }
          for (RawClient client : clients) {
            Response response = client.read();
            assertEquals(503, response.status());
            assertTrue(response.complete(), response::toString);
            assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
            assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
            answered++;
            if (setup.wire() == Wire.H2C) {
              open.add(client);
            } else {
              client.close();
            }
          }
        }
        Gate.eventually(() -> container.busyThreads() == 0, "the container's threads are idle");
        try (RawClient client = RawClient.connect(container)) {
          Response healthy = client.get("/hi").read();
          assertEquals("hi", healthy.text());
          assertTrue(healthy.untilEnd().compareTo(Gate.SOON) < 0, healthy::toString);
        }
        assertTrue(deaf.inside() >= REQUESTS, "still");
        List<LogRecord> expired = FilterLog.await(container, FilterLog.EXPIRED, answered);
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, stuck(expired));
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      } finally {
        for (RawClient client : open) {
          client.close();
        }
      }
    }
  }
}
