package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The application is stopped while workers are inside. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class StopContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void stopWithWorkersInside_isBounded_andLeavesNoThread() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(Duration.ofMinutes(5))
                      .route("/deaf/late = 300ms")
                      .build())
              .servlet("/deaf/*", (request, response) -> deaf.hold());
      long start;
      try (TestContainer container = setup.start(app);
          RawClient answered = RawClient.connect(container);
          RawClient inFlight = RawClient.connect(container)) {
        assertEquals(503, answered.get("/deaf/late").read().status());
        inFlight.get("/deaf");
        deaf.awaitInside(2);
        start = System.nanoTime();
      }
      // The filter waits for 5 s, containers for one or more, and then there is the machine.
      assertTrue(System.nanoTime() - start < Gate.SOON.toNanos(), "a bounded stop");
      deaf.release();
      deaf.awaitLeft();
      Gate.eventually(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().startsWith("deadline-")),
          "no thread of the filter");
    }
  }
}
