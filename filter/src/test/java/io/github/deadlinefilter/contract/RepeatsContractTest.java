package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** An incident is in the log once, with how often it came; each client has its own answer. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class RepeatsContractTest {
  private static final String REPEATED = "Repeated: ";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void manyLateAtTheSameLine_areSaidOnce_andCounted() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  DeadlineFilter.builder()
                      .set("worker", setup.worker())
                      .route("/deaf = 600ms")
                      .build())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
              .servlet("/deaf", (request, response) -> deaf.hold());
      TestContainer container = setup.start(app);
      try (container) {
        assertEquals("hi", RawClient.ask(container, "/hi").text()); // the first one takes long
        for (int i = 0; i < 4; i++) {
          assertEquals(503, RawClient.ask(container, "/deaf").status());
        }
        deaf.release();
      }
      List<LogRecord> lines = FilterLog.warnings(container);
      String said = ContainerLog.lines(lines);
      assertEquals(1, FilterLog.starting(container, FilterLog.EXPIRED).size(), said);
      assertEquals(1, FilterLog.starting(container, FilterLog.LEFT).size(), said);
      // Beside those of ignored interrupts, where the first worker is inside for long enough.
      List<LogRecord> repeated =
          FilterLog.starting(container, REPEATED + "what=\"Deadline expired\"");
      assertEquals(1, repeated.size(), said);
      String line = ContainerLog.message(repeated.get(0));
      assertTrue(
          line.startsWith(
              "Repeated: what=\"Deadline expired\" reason=expired route=\"/deaf\" at=\""),
          line);
      assertTrue(line.endsWith("\" times=3 within=1m"), line);
    }
  }

  @Test
  void refusals_areSaidOnce_andCounted() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  DeadlineFilter.builder()
                      .set("worker", setup.worker())
                      .route("/deaf = 30s max=1 queue=0")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold());
      TestContainer container = setup.start(app);
      try (container;
          RawClient first = RawClient.connect(container).get("/deaf")) {
        deaf.awaitInside(1);
        for (int i = 0; i < 3; i++) {
          assertEquals(503, RawClient.ask(container, "/deaf").status());
        }
        deaf.release();
        assertEquals(200, first.read().status());
      }
      String said = ContainerLog.lines(FilterLog.warnings(container));
      assertEquals(1, FilterLog.starting(container, FilterLog.REFUSED).size(), said);
      assertEquals(
          List.of("Repeated: what=\"Refused\" reason=route-full route=\"/deaf\" times=2 within=1m"),
          FilterLog.starting(container, REPEATED).stream().map(ContainerLog::message).toList());
    }
  }
}
