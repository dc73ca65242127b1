package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Dispatches and the filters around are with the filter what they are without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class DispatchTransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private static Filter noting(Queue<String> notes, String name) {
    return (request, response, chain) -> {
      var http = (HttpServletRequest) request;
      notes.add(name + " " + http.getDispatcherType() + " " + http.getRequestURI());
      chain.doFilter(request, response);
      notes.add(name + " after " + response.isCommitted());
    };
  }

  /** Upper-cases what is printed, all at once when the chain has returned. */
  private static final class Upper extends HttpServletResponseWrapper {
    private final StringWriter printed = new StringWriter();
    private final PrintWriter writer = new PrintWriter(printed);

    Upper(HttpServletResponse response) {
      super(response);
    }

    @Override
    public PrintWriter getWriter() {
      return writer;
    }

    static Filter filter() {
      return (request, response, chain) -> {
        var upper = new Upper((HttpServletResponse) response);
        upper.setHeader("X-Outer", "kept");
        chain.doFilter(request, upper);
        response.getWriter().print(upper.printed.toString().toUpperCase(Locale.ROOT));
      };
    }
  }

  @Test
  void nestedFilters_ofEachDispatcherType() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.filter(
                    "/*",
                    noting(notes, "nested"),
                    entry ->
                        entry.dispatchers(
                            DispatcherType.FORWARD, DispatcherType.INCLUDE, DispatcherType.ERROR))
                .filter(
                    "/inner", Upper.filter(), entry -> entry.dispatchers(DispatcherType.INCLUDE))
                .errorPage(418, "/inner")
                .servlet(
                    "/forward",
                    (request, response) -> {
                      response.getWriter().print("gone");
                      request.getRequestDispatcher("inner?x=1").forward(request, response);
                      notes.add("back " + response.isCommitted());
                    })
                .servlet(
                    "/include",
                    (request, response) -> {
                      response.getWriter().print("before ");
                      request.getRequestDispatcher("/inner?x=2").include(request, response);
                      response.getWriter().print(" after");
                    })
                .servlet(
                    "/named",
                    (request, response) ->
                        request
                            .getServletContext()
                            .getNamedDispatcher("servlet-5")
                            .forward(request, response))
                .servlet("/error", (request, response) -> response.sendError(418))
                .servlet(
                    "/committed",
                    (request, response) -> {
                      response.getWriter().print("committed");
                      response.flushBuffer();
                      try {
                        request.getRequestDispatcher("/inner").forward(request, response);
                        notes.add("forwarded");
                      } catch (IllegalStateException refused) {
                        notes.add(refused.getClass().getName());
                      }
                    })
                .servlet(
                    "/inner",
                    (request, response) -> {
                      response.setHeader("X-Inner", "1");
                      notes.add(
                          request.getServletPath() + request.getHttpServletMapping().getPattern());
                      response
                          .getWriter()
                          .print("inner " + request.getParameter("x") + request.getQueryString());
                    });
    Outcome outcome =
        Comparison.sameForwarded(
            setup,
            0,
            scenario,
            Comparison.get("/forward?y=1"),
            Comparison.get("/include?x=0"),
            Comparison.get("/named"),
            Comparison.get("/error"),
            Comparison.get("/committed"));
    assertTrue(outcome.answers().get(1).endsWith("before INNER 2X=0 after"), outcome::toString);
  }

  /** Not transparent: the answer past a worker that does not leave passes the outer wrappers by. */
  @Test
  void late_throughOuterFilters_isWhole_andNotEncoded() throws Exception {
    Filter gzip =
        (request, response, chain) -> {
          ((HttpServletResponse) response).setHeader("X-Outer", "kept");
          ((HttpServletResponse) response).setHeader("Content-Encoding", "gzip");
          chain.doFilter(request, response);
        };
    Filter footer =
        (request, response, chain) -> {
          ((HttpServletResponse) response).setHeader("X-Outer", "kept");
          chain.doFilter(request, response);
          ((HttpServletResponse) response).setHeader("X-After", "footer");
          response.getWriter().print("footer");
        };
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/upper", Upper.filter())
              .filter("/gzip", gzip)
              .filter("/footer", footer)
              .filter(
                  "/*",
                  setup.filter().deadline(Duration.ofMillis(500)).route("/warm = 30s").build())
              .servlet("/warm", (request, response) -> {})
              .servlet("/*", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        List<RawClient> clients = new ArrayList<>();
        for (String path : List.of("/upper", "/gzip", "/footer")) {
          clients.add(RawClient.connect(container).get(path, "Accept: text/plain"));
        }
        for (RawClient one : clients) {
          try (RawClient client = one) {
            Response response = client.read();
            assertEquals(503, response.status());
            assertTrue(response.complete(), response::toString);
            assertEquals("kept", response.header("X-Outer"), response::toString);
            assertEquals(List.of(), response.headers("Content-Encoding"), response::toString);
            assertEquals(response.body().length + "", response.header("Content-Length"));
            assertTrue(response.text().startsWith("Timeout: "), response::toString);
            assertFalse(response.text().contains("footer"), response::toString);
          }
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
