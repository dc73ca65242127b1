package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import io.github.deadlinefilter.DeadlineHealthServlet;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a load balancer is told, and the last resort. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class HealthContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void lastResort_turnsTheHealthDown_andUpAgain() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .route("/deaf = 500ms")
                      .route("/health = none")
                      .set("recycle", "1 stuck for 1s")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/health", new DeadlineHealthServlet(), entry -> {});
      try (TestContainer container = setup.start(app)) {
        Response well = RawClient.ask(container, "/health");
        assertEquals(200, well.status());
        assertEquals("up filter-0: stuck workers: 0\n", well.text());
        Gate.eventually( // a first request may be late before its worker has begun
            () -> {
              assertEquals(503, RawClient.ask(container, "/deaf").status());
              return deaf.inside() == 1;
            },
            "a stuck worker");
        Gate.eventually(() -> RawClient.ask(container, "/health").status() == 503, "down");
        assertEquals(
            "down filter-0: stuck, stuck workers: 1\n", RawClient.ask(container, "/health").text());
        FilterLog.await(container, "The last resort is reached: 1 workers ", 1);
        deaf.release();
        Gate.eventually(() -> RawClient.ask(container, "/health").status() == 200, "up again");
        FilterLog.await(container, "The last resort is over: ", 1);
      }
    }
  }

  /** Where requests still come in while the filter stops, which it may take seconds for. */
  @Test
  void filterStops_healthIsDown_whileItWaitsForALateWorker() throws Exception {
    try (var deaf = new Deaf()) {
      DeadlineFilter filter =
          setup.filter().deadline(Duration.ofMinutes(5)).route("/health = none").build();
      var app =
          new Application()
              .filter("/*", filter)
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/health", new DeadlineHealthServlet(), entry -> {});
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        client.get("/deaf");
        deaf.awaitInside(1);
        assertEquals(200, RawClient.ask(container, "/health").status());
        BoundedStop stop = BoundedStop.start("the filter", filter::destroy);
        Gate.eventually(() -> RawClient.ask(container, "/health").status() == 503, "down");
        String why = RawClient.ask(container, "/health").text();
        assertFalse(stop.isDone(), "it waits for the worker");
        assertTrue(why.startsWith("down filter-0: stopping, stuck workers: "), why);
        assertEquals(503, client.read().status());
        assertTrue(RawClient.ask(container, "/deaf").text().contains("reason stopping,"));
        assertTrue(FilterLog.refused(container).contains(" reason=stopping "));
        deaf.release();
        stop.await(Gate.SOON);
        assertEquals(503, RawClient.ask(container, "/health").status());
      }
    }
  }
}
