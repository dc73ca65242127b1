package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Dispatches to a servlet by its name are with the filter what they are without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class NamedDispatchTransparencyContractTest {
  /** That of the application's first servlet. */
  private static final String NAME = "servlet-0";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private static RequestDispatcher named(HttpServletRequest request) {
    return Objects.requireNonNull(request.getServletContext().getNamedDispatcher(NAME));
  }

  private static void forward(HttpServletRequest request, HttpServletResponse response)
      throws Exception {
    response.getWriter().print("gone");
    named(request).forward(request, response);
  }

  private static void include(HttpServletRequest request, HttpServletResponse response)
      throws Exception {
    response.getWriter().print("<");
    named(request).include(request, response);
    response.getWriter().print(">" + request.getRequestURI());
  }

  private static Filter noting(Queue<String> notes) {
    return (request, response, chain) -> {
      notes.add("filter " + request.getDispatcherType());
      chain.doFilter(request, response);
    };
  }

  @Test
  void inTime_targetsAreReached_withoutAttributesOfTheDispatch() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/target",
                    (request, response) -> {
                      response.setHeader("X-Target", "1");
                      notes.add(
                          request.getDispatcherType()
                              + " "
                              + request.getRequestURI()
                              + " "
                              + request.getQueryString()
                              + " "
                              + request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI)
                              + " "
                              + request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI));
                      response.getWriter().print("target " + request.getParameter("x"));
                    })
                .filter(
                    "/*",
                    noting(notes),
                    entry -> entry.dispatchers(DispatcherType.FORWARD, DispatcherType.INCLUDE))
                .servlet("/forward", NamedDispatchTransparencyContractTest::forward)
                .servlet("/include", NamedDispatchTransparencyContractTest::include)
                .servlet(
                    "/unknown",
                    (request, response) ->
                        response
                            .getWriter()
                            .print(request.getServletContext().getNamedDispatcher("none") + ""));
    Comparison.Exchange[] exchanges = {
      Comparison.get("/forward?x=1"), Comparison.get("/include?x=2"), Comparison.get("/unknown")
    };
    Outcome outcome = Comparison.sameForwarded(setup, 0, scenario, exchanges);
    assertTrue(outcome.answers().get(0).endsWith("]target 1"), outcome::toString);
    assertTrue(outcome.answers().get(1).endsWith("<target 2>/include"), outcome::toString);
  }

  @Test
  void lateInTheTarget_isAnswered() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(Duration.ofMillis(500)).build())
              .servlet(
                  "/target",
                  (request, response) -> {
                    response.setHeader("X-Target", "1");
                    response.getWriter().print("half an answer");
                    if (request.getParameter("deaf") != null) {
                      deaf.hold();
                    } else {
                      new Gate("never").await();
                    }
                  })
              .servlet("/forward", NamedDispatchTransparencyContractTest::forward)
              .servlet("/include", NamedDispatchTransparencyContractTest::include)
              .servlet(
                  "/path",
                  (request, response) ->
                      request.getRequestDispatcher("/target").include(request, response));
      try (TestContainer container = setup.start(app)) {
        List<RawClient> clients = new ArrayList<>();
        for (String path : List.of("/forward", "/include", "/path")) {
          clients.add(RawClient.connect(container).get(path));
          clients.add(RawClient.connect(container).get(path + "?deaf=1"));
        }
        for (RawClient client : clients) {
          Response response = client.read();
          assertEquals(503, response.status(), response::toString);
          assertTrue(response.complete(), response::toString);
          assertEquals(List.of(), response.headers("X-Target"), response::toString);
          assertTrue(!response.text().contains("half"), response::toString);
          client.close();
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
