package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker that leaves within the grace: the container answers, as for any other error. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class CleanAnswerContractTest {
  private static final Duration DEADLINE = Duration.ofMillis(500);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private Application application(String status) {
    return new Application()
        .filter(
            "/*",
            (request, response, chain) -> {
              ((HttpServletResponse) response).setHeader("X-Outer", "kept");
              ((HttpServletResponse) response).addCookie(new Cookie("OUTER", "1"));
              chain.doFilter(request, response);
            })
        .filter(
            "/*",
            setup
                .filter()
                .deadline(DEADLINE)
                .set("status", status)
                .set("retryAfter", "7s")
                .set("grace", "2m")
                .build())
        .servlet(
            "/slow",
            (request, response) -> {
              request.getSession();
              response.setContentType("application/x-app");
              response.setHeader("X-App", "secret");
              response.addCookie(new Cookie("APP", "secret"));
              response.getWriter().print("half an answer");
              new Gate("never").await();
            })
        .servlet(
            "/failed",
            (request, response) -> {
              // As Tomcat itself does where a read of the body fails.
              request.setAttribute(
                  RequestDispatcher.ERROR_EXCEPTION, new IllegalArgumentException("secret"));
              request.setAttribute(
                  RequestDispatcher.ERROR_EXCEPTION_TYPE, IllegalArgumentException.class);
              new Gate("never").await();
            })
        .servlet(
            "/page",
            (request, response) -> {
              if (request.getHeader("X-Writer") != null) {
                response.setContentType("text/plain;charset=ISO-8859-1");
                response.getWriter().print("half an answer");
              }
              new Gate("never").await();
            })
        .servlet(
            "/logout",
            (request, response) -> {
              request.getSession().invalidate();
              new Gate("never").await();
            })
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
  }

  private static final Pattern INCIDENT = Pattern.compile("incident \\w+");

  /** Tomcat's page has characters that the encoding of the application's writer has not. */
  @Test
  void lateWithAWriter_getsThePageByteForByte() throws Exception {
    try (TestContainer container = setup.start(application("504"));
        RawClient client = RawClient.connect(container)) {
      String page = client.get("/page").read().octets();
      String other = client.request("GET", "/page", "", "X-Writer: yes").read().octets();
      assertEquals(INCIDENT.matcher(page).replaceAll(""), INCIDENT.matcher(other).replaceAll(""));
    }
  }

  /** Jetty's reset() fails for a session that has been invalidated. */
  @Test
  void lateAfterALogout_isAnswered() throws Exception {
    try (TestContainer container = setup.start(application("504"));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/logout").read();
      assertEquals(504, response.status(), response::toString);
      holdsNothingOfTheApplication(response);
    }
  }

  @Test
  void lateAfterAnErrorOfItsOwn_doesNotShowThatError() throws Exception {
    try (TestContainer container = setup.start(application("503"));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/failed").read();
      assertEquals(503, response.status());
      assertFalse(response.text().contains("secret"), response::text);
      assertFalse(response.text().contains("IllegalArgumentException"), response::text);
    }
  }

  @Test
  void lateAndInterruptible_isAnsweredByTheContainer_andTheConnectionLivesOn() throws Exception {
    try (TestContainer container = setup.start(application("504"));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/slow").read();
      assertEquals(504, response.status());
      holdsNothingOfTheApplication(response);
      assertEquals("hi", client.get("/hi").read().text(), "the same connection goes on");
      assertEquals(1, container.connections());
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" reason=expired "), line);
      assertTrue(line.contains(" phase=running worker=left answer=clean"), line);
      assertEquals(List.of(), FilterLog.starting(container, FilterLog.LEFT));
    }
  }

  @Test
  void lateAndInterruptible_isA503() throws Exception {
    try (TestContainer container = setup.start(application("503"));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/slow").read();
      assertEquals(503, response.status());
      holdsNothingOfTheApplication(response);
      if (setup.container() == Containers.TOMCAT && setup.wire() != Wire.H2C) {
        assertTrue(response.announcesClose(), "Tomcat closes after each 503");
      } else {
        assertEquals("hi", client.get("/hi").read().text());
      }
    }
  }

  private static void holdsNothingOfTheApplication(Response response) {
    assertTrue(response.complete(), response::toString);
    assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
    assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
    assertEquals(List.of("kept"), response.headers("X-Outer"), response::toString);
    assertEquals(List.of("OUTER=1"), response.headers("Set-Cookie"), response::toString);
    assertEquals(List.of(), response.headers("X-App"), response::toString);
    assertTrue(
        String.valueOf(response.header("Cache-Control")).contains("no-store"), response::toString);
    assertEquals("7", response.header("Retry-After"), response::toString);
    assertTrue(!response.text().contains("half"), response::toString);
    assertTrue(!String.valueOf(response.header("Content-Type")).contains("x-app"));
    assertTrue(response.text().contains("reason expired"), response::toString);
  }

  @Test
  void errorPageOfTheStatus_isUsed() throws Exception {
    var app =
        application("503")
            .servlet(
                "/busy",
                (request, response) ->
                    response
                        .getWriter()
                        .print("page: " + request.getAttribute(RequestDispatcher.ERROR_MESSAGE)))
            .errorPage(503, "/busy");
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/slow").read();
      assertEquals(503, response.status());
      assertTrue(response.text().startsWith("page: "), response::toString);
      assertTrue(response.text().contains("reason expired"), response::toString);
    }
  }

  @Test
  void exceptionAfterTheDeadline_isLoggedOnce() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(DEADLINE).build())
              .servlet(
                  "/slow",
                  (request, response) -> {
                    deaf.hold();
                    throw new IllegalStateException("too late to tell");
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        assertEquals(503, client.get("/slow").read().status());
        deaf.release();
        String line = FilterLog.left(container);
        assertTrue(line.contains(" ended=threw"), line);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
        assertEquals(
            1,
            container.log().records().stream()
                .filter(
                    record ->
                        String.valueOf(record.getThrown()).contains("too late to tell")
                            || ContainerLog.message(record).contains("too late to tell"))
                .count(),
            () -> ContainerLog.lines(container.log().records()));
      }
    }
  }
}
