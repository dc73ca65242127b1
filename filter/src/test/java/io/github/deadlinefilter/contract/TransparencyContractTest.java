package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.AsyncContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The same application answers the same with the filter in front of it and without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class TransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @FunctionalInterface
  private interface Requests {
    Response send(RawClient client) throws Exception;
  }

  private String answer(boolean filtered, Consumer<Application> describe, Requests requests)
      throws Exception {
    Application app = new Application();
    if (filtered) {
      app.filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build());
    }
    describe.accept(app);
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = requests.send(client);
      List<String> headers = new ArrayList<>();
      response.headers().stream()
          .filter(header -> !Comparison.isVolatile(header.getKey()))
          .forEach(header -> headers.add(header.toString()));
      return response.status() + " " + headers + " " + response.ending() + " " + response.octets();
    }
  }

  private void same(Consumer<Application> describe, Requests requests) throws Exception {
    assertEquals(answer(false, describe, requests), answer(true, describe, requests));
  }

  @Test
  void forward_targetSeesItsOwnUri_callerItsOwnAgain() throws Exception {
    Comparison.sameForwarded(
        setup,
        1,
        (app, notes) ->
            app.servlet(
                    "/a",
                    (request, response) -> {
                      request.getRequestDispatcher("/b?x=1").forward(request, response);
                      notes.add(request.getRequestURI());
                    })
                .servlet(
                    "/b",
                    (request, response) ->
                        response
                            .getWriter()
                            .print(
                                request.getRequestURI()
                                    + request.getParameter("x")
                                    + request.getAttribute("jakarta.servlet.forward.request_uri"))),
        Comparison.get("/a"));
  }

  @Test
  void include_attributesInsideAndGoneAfter() throws Exception {
    same(
        app ->
            app.servlet(
                    "/a",
                    (request, response) -> {
                      response.getWriter().print("<");
                      request.getRequestDispatcher("/b").include(request, response);
                      response
                          .getWriter()
                          .print(request.getAttribute("jakarta.servlet.include.request_uri"));
                    })
                .servlet(
                    "/b",
                    (request, response) ->
                        response
                            .getWriter()
                            .print(
                                request.getRequestURI()
                                    + request.getAttribute("jakarta.servlet.include.request_uri"))),
        client -> client.get("/a").read());
  }

  @Test
  void async_identityAndCompletion() throws Exception {
    Consumer<Application> describe =
        app ->
            app.servlet(
                "/a",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  boolean same =
                      async.getRequest() == request
                          && async.getResponse() == response
                          && async.hasOriginalRequestAndResponse();
                  async.start(
                      () -> {
                        try {
                          response.getWriter().print(same);
                        } catch (java.io.IOException e) {
                          throw new java.io.UncheckedIOException(e);
                        }
                        async.complete();
                      });
                });
    same(describe, client -> client.get("/a").read());
    assertTrue(answer(true, describe, client -> client.get("/a").read()).endsWith("true"));
  }

  @Test
  void sendError_formParametersAndHead() throws Exception {
    Consumer<Application> describe =
        app ->
            app.servlet("/e", (request, response) -> response.sendError(418, "short and stout"))
                .servlet(
                    "/p",
                    (request, response) -> response.getWriter().print(request.getParameter("a")));
    same(describe, client -> client.get("/e").read());
    same(
        describe,
        client ->
            client
                .post("/p", "a=%C3%A9", "Content-Type: application/x-www-form-urlencoded")
                .read());
    same(describe, client -> client.head("/p").readHead());
  }

  @Test
  void staticFile_wholeAndRange() throws Exception {
    Consumer<Application> describe = app -> app.staticFile("cat.txt", "a small grey cat");
    same(describe, client -> client.get("/cat.txt").read());
    same(describe, client -> client.get("/cat.txt", "Range: bytes=2-6").read());
  }

  @Test
  void deadline_visibleInTheServlet() throws Exception {
    assertTrue(
        answer(
                true,
                app ->
                    app.servlet(
                        "/d",
                        (request, response) ->
                            response.getWriter().print(Deadline.current() != Deadline.NONE)),
                client -> client.get("/d").read())
            .endsWith("true"));
  }
}
