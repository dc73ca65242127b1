package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Arrays;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions and cookies are with the filter what they are without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class SessionTransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final SessionCookie cookie = new SessionCookie();

  /** Compares, and returns what came of it. */
  private Outcome same(int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Scenario fromTheStart =
        (app, noted) -> {
          cookie.forget();
          scenario.describe(app, noted);
        };
    return Comparison.same(setup, notes, fromTheStart, exchanges);
  }

  private static void requested(Queue<String> notes, HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    String id = request.getRequestedSessionId();
    notes.add(
        "requested "
            + (id == null ? "none" : id.equals("unknown") ? id : "an id")
            + (session == null
                ? ", no session"
                : ", new "
                    + session.isNew()
                    + ", the same "
                    + session.getId().equals(id)
                    + ", one object "
                    + (session == request.getSession() || session.equals(request.getSession())))
            + ", valid "
            + request.isRequestedSessionIdValid()
            + ", cookie "
            + request.isRequestedSessionIdFromCookie()
            + ", url "
            + request.isRequestedSessionIdFromURL());
  }

  @Test
  void roundTrip_overRequests() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/put",
                    (request, response) -> {
                      requested(notes, request);
                      notes.add(request.getSession(false) + "");
                      request.getSession().setAttribute("name", "a value");
                      requested(notes, request);
                      notes.add(request.getSession().getMaxInactiveInterval() + "");
                      response.getWriter().print("put");
                    })
                .servlet(
                    "/take",
                    (request, response) -> {
                      requested(notes, request);
                      response.getWriter().print(request.getSession().getAttribute("name"));
                    })
                .servlet("/look", (request, response) -> requested(notes, request));
    Outcome outcome =
        same(
            0,
            scenario,
            cookie.get("/look"),
            cookie.get("/put"),
            cookie.get("/look"),
            cookie.get("/take"),
            Comparison.get("/look"),
            Comparison.get("/look;jsessionid=unknown"));
    assertTrue(outcome.answers().get(1).contains("JSESSIONID=ID"), outcome::toString);
    assertTrue(outcome.answers().get(3).endsWith("a value"), outcome::toString);
  }

  @Test
  void changeSessionId_givesANewCookie_andKeepsTheAttributes() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/put",
                    (request, response) -> request.getSession().setAttribute("name", "a value"))
                .servlet(
                    "/change",
                    (request, response) -> {
                      HttpSession session = request.getSession();
                      String before = session.getId();
                      String after = request.changeSessionId();
                      notes.add(
                          before.equals(after)
                              + " "
                              + after.equals(session.getId())
                              + " "
                              + after.equals(request.getSession().getId()));
                      requested(notes, request);
                    })
                .servlet(
                    "/take",
                    (request, response) -> {
                      requested(notes, request);
                      response.getWriter().print(request.getSession().getAttribute("name"));
                    })
                .servlet(
                    "/refused",
                    (request, response) -> {
                      try {
                        notes.add(request.changeSessionId());
                      } catch (IllegalStateException refused) {
                        notes.add(refused.getClass().getName());
                      }
                    });
    Outcome outcome =
        same(
            0,
            scenario,
            cookie.get("/put"),
            cookie.get("/change"),
            cookie.get("/take"),
            Comparison.get("/refused"));
    assertEquals("false true true", outcome.notes().get(0));
    assertTrue(outcome.answers().get(1).contains("JSESSIONID=ID"), outcome::toString);
    assertTrue(outcome.answers().get(2).endsWith("a value"), outcome::toString);
  }

  @Test
  void invalidate_endsTheSession() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/put",
                    (request, response) -> request.getSession().setAttribute("name", "a value"))
                .servlet(
                    "/end",
                    (request, response) -> {
                      HttpSession session = request.getSession();
                      session.invalidate();
                      requested(notes, request);
                      try {
                        session.getAttribute("name");
                        notes.add("nothing");
                      } catch (IllegalStateException ended) {
                        notes.add(ended.getClass().getName());
                      }
                    })
                .servlet(
                    "/again",
                    (request, response) -> {
                      request.getSession().invalidate();
                      notes.add(request.getSession().getAttribute("name") + "");
                      requested(notes, request);
                    })
                .servlet(
                    "/committed",
                    (request, response) -> {
                      response.flushBuffer();
                      try {
                        notes.add(request.getSession().isNew() + "");
                      } catch (IllegalStateException late) {
                        notes.add(late.getClass().getName());
                      }
                    })
                .servlet("/look", (request, response) -> requested(notes, request));
    same(
        7,
        scenario,
        cookie.get("/put"),
        cookie.get("/end"),
        cookie.get("/look"),
        cookie.get("/put"),
        cookie.get("/again"),
        cookie.get("/look"),
        Comparison.get("/committed"));
  }

  /** Notes what it is told, in order. */
  private record Listener(Queue<String> notes)
      implements HttpSessionListener, HttpSessionAttributeListener, HttpSessionIdListener {
    @Override
    public void sessionCreated(HttpSessionEvent event) {
      notes.add("created " + event.getSession().isNew());
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
      notes.add("destroyed " + event.getSession().getAttribute("name"));
    }

    @Override
    public void sessionIdChanged(HttpSessionEvent event, String old) {
      notes.add("changed " + event.getSession().getId().equals(old));
    }

    @Override
    public void attributeAdded(HttpSessionBindingEvent event) {
      notes.add("added " + event.getName() + event.getValue());
    }

    @Override
    public void attributeRemoved(HttpSessionBindingEvent event) {
      notes.add("removed " + event.getName() + event.getValue());
    }

    @Override
    public void attributeReplaced(HttpSessionBindingEvent event) {
      notes.add("replaced " + event.getName() + event.getValue());
    }
  }

  @Test
  void listeners_areToldInTheSameOrder() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.listener(new Listener(notes))
                .servlet(
                    "/all",
                    (request, response) -> {
                      HttpSession session = request.getSession();
                      notes.add("has it");
                      session.setAttribute("name", "1");
                      session.setAttribute("name", "2");
                      session.setAttribute("other", "3");
                      session.removeAttribute("other");
                      request.changeSessionId();
                      notes.add("ends it");
                      session.invalidate();
                      notes.add("ended it");
                    });
    Outcome outcome = same(0, scenario, cookie.get("/all"));
    assertTrue(outcome.notes().contains("changed false"), outcome::toString);
    assertTrue(outcome.notes().contains("destroyed 2"), outcome::toString);
  }

  @Test
  void encodedUrls() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/encode",
                (request, response) -> {
                  notes.add(response.encodeURL("/x?y=1").replaceAll("=[\\w.-]{20,}", "=ID"));
                  request.getSession();
                  notes.add(response.encodeURL("/x?y=1").replaceAll("=[\\w.-]{20,}", "=ID"));
                  notes.add(
                      response.encodeRedirectURL("/x?y=1").replaceAll("=[\\w.-]{20,}", "=ID"));
                });
    same(0, scenario, client -> client.get("/encode").read(), cookie.get("/encode"));
  }

  @Test
  void cookies_bothWays() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/cookies",
                (request, response) -> {
                  Cookie[] cookies = request.getCookies();
                  notes.add(
                      cookies == null
                          ? "none"
                          : Arrays.stream(cookies)
                              .map(each -> each.getName() + "=" + each.getValue())
                              .toList()
                              .toString());
                  var all = new Cookie("all", "1");
                  all.setPath("/some/path");
                  all.setDomain("example.com");
                  all.setHttpOnly(true);
                  all.setSecure(true);
                  all.setMaxAge(3600);
                  all.setAttribute("SameSite", "Strict");
                  response.addCookie(all);
                  var gone = new Cookie("gone", "");
                  gone.setMaxAge(0);
                  response.addCookie(gone);
                  response.addCookie(new Cookie("twice", "1"));
                  response.addCookie(new Cookie("twice", "2"));
                  response.addHeader("Set-Cookie", "own=x; Path=/");
                  notes.add(response.getHeaders("Set-Cookie") + "");
                  refused(notes, response);
                });
    Outcome outcome =
        same(
            0,
            scenario,
            Comparison.get("/cookies"),
            client -> client.get("/cookies", "Cookie: a=1; b=2", "Cookie: c=\"3\"").read(),
            client -> client.get("/cookies", "Cookie: a=1; ; =; $b=2; c").read());
    assertTrue(outcome.answers().get(0).contains("HttpOnly"), outcome::toString);
    assertTrue(outcome.notes().get(3).startsWith("[a=1, b=2, c="), outcome::toString);
  }

  private static void refused(Queue<String> notes, HttpServletResponse response)
      throws java.io.IOException {
    response.flushBuffer();
    response.addCookie(new Cookie("late", "1"));
    notes.add(response.getHeaders("Set-Cookie").size() + "");
  }
}
