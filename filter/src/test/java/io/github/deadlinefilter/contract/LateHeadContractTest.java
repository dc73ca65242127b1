package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.Cookie;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an application has done to the head of its response: late, it is answered as one that
 * has done nothing.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class LateHeadContractTest {
  /** How its end is told may differ, as long as it is told. */
  private static final List<String> FRAMING = List.of("content-length", "transfer-encoding");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private static Map<String, Application.Handler> heads() {
    Map<String, Application.Handler> heads = new LinkedHashMap<>();
    heads.put("/nothing", (request, response) -> {});
    heads.put(
        "/locale",
        (request, response) -> {
          response.setLocale(Locale.GERMANY);
          response.setContentType("text/x-app");
          response.getWriter().print("stra\u00dfe");
        });
    heads.put(
        "/encoding",
        (request, response) -> {
          response.setCharacterEncoding("UTF-16");
          response.setHeader("Content-Encoding", "x-own");
          response.getOutputStream().print("coded");
        });
    heads.put(
        "/trailers",
        (request, response) -> response.setTrailerFields(() -> Map.of("X-Trailer", "1")));
    heads.put(
        "/cookies",
        (request, response) -> {
          request.getSession().setAttribute("a", "b");
          response.addCookie(new Cookie("app", "1"));
          response.addHeader("Set-Cookie", "own=1");
          response.addDateHeader("Expires", 0);
        });
    heads.put(
        "/length",
        (request, response) -> {
          response.setStatus(201);
          response.setContentLength(1_000);
          response.getOutputStream().print("a part of it");
        });
    heads.put("/error", (request, response) -> response.sendError(418, "short and stout"));
    heads.put("/empty", (request, response) -> response.setStatus(204));
    return heads;
  }

  private static void late(Application app, String folder, Application.Handler work) {
    heads()
        .forEach(
            (path, head) ->
                app.servlet(
                    folder + path,
                    (request, response) -> {
                      head.handle(request, response);
                      work.handle(request, response);
                    }));
  }

  @Test
  void late_isAnsweredAsIfItHadDoneNothing() throws Exception {
    try (var deaf = new Deaf()) {
      Application app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(Comparison.LONG)
                      .route("/listening/* = 1s grace=5s") // enough, on a busy machine, too
                      .route("/deaf/* = 1s grace=250ms")
                      .build())
              .servlet("/warm", (request, response) -> {})
              .servlet(
                  "/page",
                  (request, response) ->
                      response
                          .getWriter()
                          .print(
                              "page of "
                                  + request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)))
              .errorPage(503, "/page");
      late(app, "/listening", (request, response) -> new Gate("never").await());
      late(app, "/deaf", (request, response) -> deaf.hold());
      try (TestContainer container =
          setup.start(app, setup.options().withThreads(2 * heads().size() + 4))) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        List<RawClient> listening = ask(container, "/listening");
        assertAnsweredAlike(ask(container, "/deaf"));
        assertAnsweredAlike(listening);
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  /** On each path of the folder, all at once. */
  private static List<RawClient> ask(TestContainer container, String folder) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (String path : heads().keySet()) {
      clients.add(RawClient.connect(container).get(folder + path));
    }
    return clients;
  }

  private static void assertAnsweredAlike(List<RawClient> clients) throws Exception {
    List<String> answers = new ArrayList<>();
    for (RawClient client : clients) {
      answers.add(summary(client.read()));
      client.close();
    }
    assertTrue(answers.get(0).startsWith("503 "), answers::toString);
    for (String answer : answers) {
      assertEquals(answers.get(0), answer);
    }
  }

  private static String summary(Response response) {
    List<String> headers =
        response.headers().stream()
            .filter(header -> !Comparison.isVolatile(header.getKey()))
            .filter(header -> !FRAMING.contains(header.getKey().toLowerCase(Locale.ROOT)))
            .map(Object::toString)
            .sorted()
            .toList();
    String summary =
        response.status()
            + " "
            + headers
            + " "
            + response.ending()
            + " "
            + response.trailers()
            + response.text();
    return summary.replaceAll("(?i)(incident(:? |=\"))\\w+", "$1ID");
  }
}
