package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/** The application is stopped while workers are inside, in all combinations of a container. */
@ParameterizedClass
@FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
class StopContractTest {
  @Parameter Containers kind = Containers.JETTY_EE10;

  @Test
  void stopWithWorkersInside_isBounded_andLeavesNoThread() throws Exception {
    Map<Combination, TestContainer> containers = new LinkedHashMap<>();
    List<RawClient> clients = new ArrayList<>();
    List<BoundedStop> stops = new ArrayList<>();
    try (var deaf = new Deaf()) {
      try {
        for (Combination setup : Combination.of(kind)) {
          TestContainer container = setup.start(application(setup, deaf));
          containers.put(setup, container);
          RawClient answered = RawClient.connect(container);
          clients.add(answered);
          RawClient inFlight = RawClient.connect(container);
          clients.add(inFlight);
          assertEquals(503, answered.get("/deaf/late").read().status(), setup::toString);
          inFlight.get("/deaf");
          deaf.awaitInside(2 * containers.size());
        }
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
        containers.forEach(
            (setup, container) -> stops.add(BoundedStop.start(setup.toString(), container::close)));
      }
      // The filter waits for 5 s, containers for one or more, and then there is the machine.
      stops.forEach(stop -> stop.await(Gate.SOON));
      deaf.release();
      deaf.awaitLeft();
      Gate.eventually(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().startsWith("deadline-")),
          "no thread of the filter");
    }
  }

  private static Application application(Combination setup, Deaf deaf) {
    return new Application()
        .filter(
            "/*",
            setup.filter().deadline(Duration.ofMinutes(5)).route("/deaf/late = 300ms").build())
        .servlet("/deaf/*", (request, response) -> deaf.hold());
  }
}
