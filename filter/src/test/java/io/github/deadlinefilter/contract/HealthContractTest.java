package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.DeadlineHealthServlet;
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
                      .route("/deaf = 50ms")
                      .route("/health = none")
                      .set("recycle", "1 stuck for 1s")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/health", new DeadlineHealthServlet(), entry -> {});
      try (TestContainer container = setup.start(app)) {
        Response well = ask(container, "/health");
        assertEquals(200, well.status());
        assertEquals("up filter-0: stuck workers: 0\n", well.text());
        assertEquals(503, ask(container, "/deaf").status());
        Gate.eventually(() -> ask(container, "/health").status() == 503, "down");
        assertEquals("down filter-0: stuck, stuck workers: 1\n", ask(container, "/health").text());
        FilterLog.await(container, "The last resort is reached: 1 workers ", 1);
        deaf.release();
        Gate.eventually(() -> ask(container, "/health").status() == 200, "up again");
        FilterLog.await(container, "The last resort is over: ", 1);
      }
    }
  }

  private static Response ask(TestContainer container, String path) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      return client.get(path).read();
    }
  }
}
