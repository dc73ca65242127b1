package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong in the application is answered with the filter as it is without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class ErrorTransparencyContractTest {
  private static final String PAGE = "the page: ";

  private static final String[] FAILURES = {
    "/servlet", "/cause", "/io", "/file", "/runtime", "/argument", "/error", "/checked"
  };

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** What the application's own error pages said, which an outcome leaves out. */
  private final List<String> pages = new ArrayList<>();

  /** Compares, and returns what came of it with the filter. */
  private Outcome same(Scenario scenario, String... paths) throws Exception {
    Exchange[] exchanges = Arrays.stream(paths).map(this::get).toArray(Exchange[]::new);
    pages.clear();
    Outcome without = Comparison.run(setup, false, 0, scenario, exchanges);
    List<String> pagesWithout = List.copyOf(pages);
    pages.clear();
    assertEquals(without, Comparison.run(setup, true, 0, scenario, exchanges));
    assertEquals(pagesWithout, pages);
    return without;
  }

  private Exchange get(String path) {
    return client -> {
      Response response = client.get(path).read();
      if (response.text().startsWith(PAGE)) {
        pages.add(response.headers("X-App") + response.header("Content-Type") + response.text());
      }
      return response;
    };
  }

  /** One servlet for each of {@link #FAILURES}; what is thrown is told to {@code thrown}. */
  private static void failing(Application app, AtomicReference<Throwable> thrown) {
    for (String path : FAILURES) {
      app.servlet(
          path,
          (request, response) -> {
            response.setHeader("X-App", path);
            response.getWriter().print("half an answer");
            Throwable failure = failure(path);
            thrown.set(failure);
            if (failure instanceof Error error) {
              throw error;
            }
            throw (Exception) failure;
          });
    }
  }

  private static Throwable failure(String path) {
    return switch (path) {
      case "/servlet" -> new ServletException("alone");
      case "/cause" -> new ServletException("with a cause", new IllegalStateException("cause"));
      case "/io" -> new IOException("io");
      case "/file" -> new FileNotFoundException("a kind of IOException");
      case "/runtime" -> new RuntimeException("runtime");
      case "/argument" -> new IllegalArgumentException("a kind of RuntimeException");
      case "/error" -> new AssertionError("error");
      default -> new Exception("wrapped by the servlet");
    };
  }

  private static Application.Handler page(Queue<String> notes, AtomicReference<Throwable> thrown) {
    return (request, response) -> {
      Object exception = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
      Throwable held = thrown.get();
      notes.add(
          request.getDispatcherType()
              + " "
              + request.getRequestURI()
              + " "
              + request.getMethod()
              + " "
              + request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)
              + " "
              + request.getAttribute(RequestDispatcher.ERROR_MESSAGE)
              + " "
              + request.getAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE)
              + " "
              + request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI)
              + " "
              + request.getAttribute(RequestDispatcher.ERROR_SERVLET_NAME)
              + " "
              + (exception == null ? "none" : exception.getClass().getName())
              + (held != null && exception == held ? ", as thrown" : "")
              + (held != null && exception == held.getCause() ? ", its cause" : "")
              + " "
              + response.getStatus()
              + " "
              + response.isCommitted());
      response.getWriter().print(PAGE + response.getStatus());
    };
  }

  @Test
  void exceptions_withoutPages() throws Exception {
    Scenario scenario = (app, notes) -> failing(app, new AtomicReference<>());
    assertEquals("500 true", same(scenario, FAILURES).answers().get(0));
  }

  @Test
  void exceptions_withAPageForTheStatus() throws Exception {
    Scenario scenario =
        (app, notes) -> {
          var thrown = new AtomicReference<Throwable>();
          failing(app, thrown);
          app.errorPage(500, "/page").servlet("/page", page(notes, thrown));
        };
    Outcome outcome = same(scenario, FAILURES);
    assertEquals(FAILURES.length, outcome.notes().size());
    assertEquals(FAILURES.length, pages.size());
  }

  @Test
  void exceptions_withPagesForTheirTypes() throws Exception {
    Scenario scenario =
        (app, notes) -> {
          var thrown = new AtomicReference<Throwable>();
          failing(app, thrown);
          app.errorPage(IOException.class, "/io-page")
              .errorPage(RuntimeException.class, "/runtime-page")
              .errorPage(IllegalStateException.class, "/state-page")
              .errorPage(AssertionError.class, "/error-page")
              .errorPage(500, "/other-page");
          for (String kind : List.of("io", "runtime", "state", "error", "other")) {
            app.servlet("/" + kind + "-page", page(notes, thrown));
          }
        };
    Outcome outcome = same(scenario, FAILURES);
    assertTrue(outcome.notes().get(1).contains("/state-page"), outcome::toString);
  }

  @Test
  void pageThatFails_orIsMissing() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.errorPage(500, "/fails")
                .errorPage(404, "/missing")
                .servlet(
                    "/fails",
                    (request, response) -> {
                      throw new IllegalStateException("page");
                    })
                .servlet(
                    "/a",
                    (request, response) -> {
                      throw new IllegalStateException("a");
                    });
    same(scenario, "/a", "/none");
  }

  @Test
  void sendError() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.errorPage(418, "/page")
                .errorPage(404, "/page")
                .servlet("/page", page(notes, new AtomicReference<>()))
                .servlet("/plain", (request, response) -> response.sendError(409))
                .servlet(
                    "/body",
                    (request, response) -> {
                      response.setHeader("X-App", "1");
                      response.setContentType("application/x-app");
                      response.getWriter().print("half an answer");
                      response.sendError(418, "short and stout");
                      notes.add(response.isCommitted() + " " + response.getStatus());
                      response.getWriter().print("more");
                      if (setup.container() != Containers.UNDERTOW) {
                        // It takes both, against the specification, and does nothing.
                        refused(notes, () -> response.sendError(400));
                        refused(notes, response::resetBuffer);
                      }
                    })
                .servlet(
                    "/flushed",
                    (request, response) -> {
                      response.getWriter().print("flushed");
                      response.flushBuffer();
                      refused(notes, () -> response.sendError(418));
                      refused(notes, () -> response.sendRedirect("/x"));
                      refused(notes, response::reset);
                      refused(notes, response::resetBuffer);
                      response.setStatus(418);
                      response.setHeader("X-Late", "1");
                      notes.add(response.getStatus() + " " + response.containsHeader("X-Late"));
                    });
    Outcome outcome = same(scenario, "/plain", "/body", "/none", "/flushed");
    assertEquals(2, pages.size());
    assertTrue(outcome.answers().get(3).startsWith("200"), outcome::toString);
  }

  /** A call that may be refused. */
  @FunctionalInterface
  private interface Call {
    void run() throws Exception;
  }

  private static void refused(Queue<String> notes, Call call) {
    try {
      call.run();
      notes.add("done");
    } catch (Exception e) {
      notes.add(e.getClass().getName());
    }
  }

  @Test
  void redirect() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/redirect/*",
                (request, response) -> {
                  response.setHeader("X-App", "1");
                  response.getWriter().print("half an answer");
                  response.sendRedirect(request.getQueryString());
                  notes.add(response.isCommitted() + " " + response.getStatus());
                  refused(notes, () -> response.sendRedirect("/again"));
                });
    Outcome outcome =
        same(
            scenario,
            "/redirect/a?there",
            "/redirect/a?../up",
            "/redirect/a?/root?x=1",
            "/redirect/a?http://example.com/y");
    assertTrue(outcome.answers().get(0).startsWith("302"), outcome::toString);
  }

  @Test
  void reset() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/reset",
                    (request, response) -> {
                      before(response);
                      response.getWriter().print("gone");
                      response.reset();
                      notes.add(response.getHeaderNames().isEmpty() + " " + response.getStatus());
                      response.getOutputStream().print("stays");
                    })
                .servlet(
                    "/buffer",
                    (request, response) -> {
                      before(response);
                      response.getWriter().print("gone");
                      response.resetBuffer();
                      refused(notes, response::getOutputStream);
                      response.getWriter().print("stays");
                    })
                .servlet(
                    "/size",
                    (request, response) -> {
                      response.setBufferSize(20_000);
                      notes.add((response.getBufferSize() >= 20_000) + "");
                      response.getOutputStream().print("x".repeat(15_000));
                      notes.add(response.isCommitted() + "");
                      refused(notes, () -> response.setBufferSize(30_000));
                    });
    Outcome outcome = same(scenario, "/reset", "/buffer", "/size");
    assertTrue(outcome.answers().get(0).endsWith("stays"), outcome::toString);
  }

  private static void before(HttpServletResponse response) {
    response.setStatus(201);
    response.setHeader("X-App", "1");
    response.setContentType("text/plain");
  }

  @Test
  void exceptionAfterCommit_cutsTheConnection() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.errorPage(500, "/page")
                .servlet("/page", page(notes, new AtomicReference<>()))
                .servlet(
                    "/chunks",
                    (request, response) -> {
                      response.getWriter().print("half an answer");
                      response.flushBuffer();
                      throw new IllegalStateException("late");
                    })
                .servlet(
                    "/length",
                    (request, response) -> {
                      response.setContentLength(100);
                      response.getWriter().print("half an answer");
                      response.flushBuffer();
                      throw new IOException("late");
                    })
                .servlet(
                    "/error",
                    (request, response) -> {
                      response.getOutputStream().print("half an answer");
                      response.flushBuffer();
                      throw new AssertionError("late");
                    });
    if (setup.wire() == Wire.H2C && setup.container() != Containers.jetty()) {
      // They end the stream as if all were well, and one of a given length never.
      same(scenario, "/chunks", "/error");
    } else {
      Outcome outcome = same(scenario, "/length", "/chunks", "/error");
      assertTrue(outcome.answers().get(0).contains("CUT"), outcome::toString);
    }
  }

  /** Jetty's own are lost over HTTP/2, without the filter, where what it writes has to wait. */
  @Test
  void containersOwnPage_reachesAClientThatTakesALittleAtATime() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().route("/late = 100ms").build())
            .servlet("/sends", (request, response) -> response.sendError(418))
            .servlet("/late", (request, response) -> new Gate("never").await());
    failing(app, new AtomicReference<>());
    Options options = setup.options().withErrorPagesAsJettyWritesThem();
    try (TestContainer container = setup.start(app, options)) {
      for (String path : List.of("/sends", "/runtime", "/late")) {
        try (RawClient client = RawClient.connect(container, /* receiveBufferBytes= */ 128)) {
          Response response = client.get(path).read();
          assertTrue(response.status() >= 400, () -> path + ": " + response);
          assertEquals(Response.Ending.COMPLETE, response.ending(), () -> path + ": " + response);
        }
      }
    }
  }
}
