package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Workers that ignore everything cost their clients the deadline, and nobody else anything. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class StuckWorkersContractTest {
  private static final int DEAF = 50;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void fiftyDeafRequests_oneAfterTheOther_areAnsweredOnTime_andLeaveTheContainerFree()
      throws Exception {
    if (!setup.freesTheContainerThread()) {
      // Here a deaf worker keeps its container thread, so eight of them are all that there can be.
      deafRequests(7, /* containersThreadsAreFree= */ false);
    } else {
      deafRequests(DEAF, /* containersThreadsAreFree= */ true);
    }
  }

  private void deafRequests(int number, boolean containersThreadsAreFree) throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(Duration.ofSeconds(20))
                      .route("/deaf = 100ms")
                      .set("workers", "60")
                      .build())
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    response.setHeader("X-App", "1");
                    response.getWriter().print("half an answer");
                    deaf.hold();
                  })
              .servlet("/healthy", (request, response) -> response.getWriter().print("well"));
      try (TestContainer container =
          setup.container().start(app, setup.container().options().withThreads(8))) {
        List<RawClient> clients = new ArrayList<>();
        try {
          for (int i = 0; i < number; i++) {
            RawClient client = RawClient.connect(container.port());
            clients.add(client);
            Response response = client.get("/deaf").read();
            assertEquals(503, response.status(), response::toString);
            assertTrue(response.complete(), response::toString);
            assertNull(response.header("X-App"), response::toString);
            assertFalse(response.text().contains("half"), response::toString);
            onTime(response, 100);
          }
          assertEquals(number, deaf.inside());
          if (containersThreadsAreFree) {
            Gate.eventually(() -> container.busyThreads() == 0, "no container thread is held");
          }
          try (RawClient client = RawClient.connect(container.port())) {
            Response healthy = client.get("/healthy").read();
            assertEquals("well", healthy.text(), healthy::toString);
          }
          assertEquals(number, deaf.inside(), "all of them are still stuck");
        } finally {
          deaf.release();
          for (RawClient client : clients) {
            client.close();
          }
        }
        deaf.awaitLeft();
        Gate.eventually(() -> container.busyThreads() == 0, "everything has left");
        Gate.eventually(
            () ->
                container.log().of("io.github.deadlinefilter").stream()
                        .filter(record -> record.getMessage().startsWith("Late worker left"))
                        .count()
                    == number,
            "a line for each that left");
      }
    }
  }

  private static void onTime(Response response, long deadlineMillis) {
    long millis = TimeUnit.NANOSECONDS.toMillis(response.endNanos());
    assertTrue(millis >= deadlineMillis - 1, () -> "early: " + millis + " ms");
    assertTrue(millis <= deadlineMillis + 2_000, () -> "late: " + millis + " ms");
  }
}
