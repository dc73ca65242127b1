package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private static final int AT_ONCE = 5;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  static List<Combination> freeing() {
    return Combination.all().stream().filter(Combination::freesTheContainerThread).toList();
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
                      .route("/hi = 10s")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
      // On HTTP/2, the end of its connection has the container wait for the worker; Tomcat ends one
      // that has been idle for 20 s.
      List<RawClient> open = new ArrayList<>();
      try (TestContainer container = setup.start(app, setup.options().withThreads(8))) {
        for (int i = 0; i < REQUESTS; i += AT_ONCE) {
          List<RawClient> clients = new ArrayList<>();
          for (int j = 0; j < AT_ONCE; j++) {
            clients.add(RawClient.connect(container).get("/deaf"));
          }
          for (RawClient client : clients) {
            Response response = client.read();
            assertEquals(503, response.status());
            assertTrue(response.complete(), response::toString);
            assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
            assertTrue(
                response.untilEnd().compareTo(DEADLINE.plusMillis(1500)) < 0, response::toString);
            if (setup.wire() == Wire.H2C) {
              open.add(client);
            } else {
              client.close();
            }
          }
        }
        assertEquals(REQUESTS, deaf.inside(), "all of them are still stuck");
        Gate.eventually(() -> container.busyThreads() == 0, "the container's threads are idle");
        try (RawClient client = RawClient.connect(container)) {
          Response healthy = client.get("/hi").read();
          assertEquals("hi", healthy.text());
          assertTrue(healthy.untilEnd().compareTo(Duration.ofSeconds(1)) < 0, healthy::toString);
        }
        assertEquals(REQUESTS, deaf.inside(), "still");
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, REQUESTS);
        FilterLog.await(container, FilterLog.EXPIRED, REQUESTS);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      } finally {
        for (RawClient client : open) {
          client.close();
        }
      }
    }
  }
}
