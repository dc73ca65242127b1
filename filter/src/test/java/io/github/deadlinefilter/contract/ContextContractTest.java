package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

/** What a filter before this one binds to its thread is there on the worker, and gone after. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class ContextContractTest {
  private static final String USER = "user";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** As an application does that wants its MDC taken along. */
  @BeforeAll
  static void register() {
    ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
  }

  @AfterAll
  static void remove() {
    ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
  }

  @Test
  @SuppressWarnings("try")
  void mdcAndObservation_areSeenInTheServlet_andByNobodyAfterwards() throws Exception {
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(context -> true);
    var app =
        new Application()
            .filter("/*", setup.filter().build())
            .outerFilter(
                "/*",
                (request, response, chain) -> {
                  String user = request.getParameter(USER);
                  if (user == null) {
                    chain.doFilter(request, response);
                    return;
                  }
                  Observation observation = Observation.start("of " + user, registry);
                  try (Observation.Scope scope = observation.openScope();
                      MDC.MDCCloseable closeable = MDC.putCloseable(USER, user)) {
                    chain.doFilter(request, response);
                  }
                },
                entry -> {})
            .servlet(
                "/who",
                (request, response) -> {
                  Observation observation = registry.getCurrentObservation();
                  response
                      .getOutputStream()
                      .print(
                          MDC.get(USER)
                              + " "
                              + (observation == null ? null : observation.getContext().getName()));
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (String user : new String[] {"ann", "bob"}) {
        assertEquals(user + " of " + user, client.get("/who?user=" + user).read().text());
        assertEquals("null null", client.get("/who").read().text());
      }
    }
  }
}
