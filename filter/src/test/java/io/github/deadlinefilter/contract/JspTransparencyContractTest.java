package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** JSPs are with the filter what they are without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class JspTransparencyContractTest {
  private static final String PLAIN =
      "<%@ page contentType=\"text/plain; charset=utf-8\" pageEncoding=\"utf-8\" %>";

  @TempDir private static Path compiled = Path.of("");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final SessionCookie cookie = new SessionCookie();

  private final Scenario pages =
      (app, notes) -> {
        cookie.forget();
        Jsp.in(app, compiled);
        app.staticFile(
                "hello.jsp",
                PLAIN
                    + "<% Integer n = (Integer) session.getAttribute(\"n\");"
                    + " session.setAttribute(\"n\", n == null ? 1 : n + 1); %>"
                    + "hello <%= request.getParameter(\"x\") %> ${param.x} ${sessionScope.n} caf\u00e9")
            .staticFile(
                "include.jsp",
                PLAIN
                    + "<<jsp:include page=\"inner.jsp?y=1\" flush=\"true\"/>"
                    + "<jsp:include page=\"/servlet\"><jsp:param name=\"y\" value=\"2\"/>"
                    + "</jsp:include>>${param.x}${param.y}")
            .staticFile(
                "inner.jsp",
                "<%@ page session=\"false\" %>inner ${param.x} ${param.y}"
                    + " <%= request.getDispatcherType() %>;")
            .staticFile(
                "forward.jsp",
                PLAIN
                    + "gone<jsp:forward page=\"inner.jsp\"><jsp:param name=\"y\" value=\"3\"/>"
                    + "</jsp:forward>")
            .staticFile("flush.jsp", PLAIN + "a<% out.flush(); %>b<%= response.isCommitted() %>")
            .staticFile(
                "large.jsp",
                PLAIN
                    + "<%@ page buffer=\"1kb\" %><% for (int i = 0; i < 5000; i++) { %>row ${1}\n<% } %>")
            .staticFile(
                "broken.jsp",
                "<%@ page errorPage=\"error.jsp\" %>half <% if (true)"
                    + " throw new IllegalStateException(\"broken\"); %>")
            .staticFile(
                "error.jsp",
                PLAIN
                    + "<%@ page isErrorPage=\"true\" %><% response.setStatus(200); %>"
                    + "page of <%= exception.getMessage() %>")
            .servlet(
                "/servlet",
                (request, response) ->
                    response.getWriter().print("servlet " + request.getParameter("y")))
            .servlet(
                "/view",
                (request, response) ->
                    request.getRequestDispatcher("/inner.jsp?y=4").forward(request, response));
      };

  @Test
  void inTime_pagesAreServed() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            pages,
            cookie.get("/hello.jsp?x=1"),
            cookie.get("/hello.jsp?x=2"),
            Comparison.get("/include.jsp?x=3"),
            Comparison.get("/flush.jsp"),
            Comparison.get("/large.jsp"),
            Comparison.get("/none.jsp"));
    assertTrue(outcome.answers().get(1).endsWith("hello 2 2 2 caf\u00c3\u00a9"), outcome::toString);
    assertTrue(
        outcome.answers().get(2).endsWith("<inner 3 1 INCLUDE;servlet 2>3"), outcome::toString);
    assertTrue(outcome.answers().get(3).endsWith("abtrue"), outcome::toString);
  }

  @Test
  void inTime_pagesAreForwardedTo() throws Exception {
    Exchange[] exchanges = {
      Comparison.get("/forward.jsp?x=1"), Comparison.get("/view?x=2"), Comparison.get("/broken.jsp")
    };
    Outcome outcome = Comparison.sameForwarded(setup, 0, pages, exchanges);
    assertTrue(outcome.answers().get(0).endsWith("]inner 1 3 FORWARD;"), outcome::toString);
    assertTrue(outcome.answers().get(1).endsWith("]inner 2 4 FORWARD;"), outcome::toString);
    assertTrue(outcome.answers().get(2).endsWith("]page of broken"), outcome::toString);
  }

  private static final String LATE =
      "<% if (request.getParameter(\"deaf\") != null)"
          + " ((io.github.deadlinefilter.contract.Deaf) application.getAttribute(\"deaf\")).hold();"
          + " else if (request.getParameter(\"late\") != null)"
          + " new io.github.deadlinefilter.contract.Gate(\"never\").await(); %>";

  private static Application latePages(Application app) {
    Jsp.in(app, compiled);
    return app.staticFile("late.jsp", PLAIN + "half" + LATE)
        .staticFile("outer.jsp", PLAIN + "half<jsp:include page=\"late.jsp\"/>")
        .staticFile("begun.jsp", PLAIN + "half<% out.flush(); %>" + LATE);
  }

  /** Late with a session begun, and late inside an include; both with a worker that stays, too. */
  @Test
  void late_isAnsweredOrCut_withNothingOfThePage() throws Exception {
    List<String> paths = List.of("/late.jsp", "/outer.jsp", "/begun.jsp");
    try (TestContainer container = setup.start(latePages(new Application()));
        RawClient client = RawClient.connect(container)) {
      for (String path : paths) { // and compiles them, which takes longer than the deadline
        assertEquals(200, client.get(path).read().status());
      }
    }
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(Duration.ofSeconds(1)).build())
              .filter(
                  "/*",
                  (request, response, chain) -> {
                    request.getServletContext().setAttribute("deaf", deaf);
                    chain.doFilter(request, response);
                  });
      try (TestContainer container = setup.start(latePages(app))) {
        List<RawClient> clients = new ArrayList<>();
        for (String path : paths) {
          clients.add(RawClient.connect(container).get(path + "?late=1"));
          clients.add(RawClient.connect(container).get(path + "?deaf=1"));
        }
        for (RawClient client : clients) {
          Response response = client.read();
          if (clients.indexOf(client) < 4) {
            assertEquals(503, response.status(), response::toString);
            assertTrue(response.complete(), response::toString);
            assertEquals(List.of(), response.headers("Set-Cookie"), response::toString);
            assertFalse(response.text().contains("half"), response::toString);
          } else {
            assertEquals("half", response.text(), response::toString);
            assertTrue(response.cut(), response::toString);
          }
          client.close();
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
