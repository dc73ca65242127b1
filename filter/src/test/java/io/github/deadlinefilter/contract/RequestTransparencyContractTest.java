package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import java.util.Collections;
import java.util.Locale;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Listeners, security, encodings and static files are with the filter what they are without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class RequestTransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** Compares, and returns what came of it with the filter. */
  private Outcome same(int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Outcome without = Comparison.run(setup, false, notes, scenario, exchanges);
    Outcome with = Comparison.run(setup, true, notes, scenario, exchanges);
    assertEquals(without, with);
    return with;
  }

  /** Notes what it is told about the application's own attributes, in order. */
  private record Listener(Queue<String> notes)
      implements ServletRequestListener, ServletRequestAttributeListener {
    @Override
    public void requestInitialized(ServletRequestEvent event) {
      notes.add("initialized");
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
      notes.add("destroyed " + event.getServletRequest().getAttribute("own"));
    }

    private void note(String what, ServletRequestAttributeEvent event) {
      if (event.getName().startsWith("own")) {
        notes.add(what + " " + event.getName() + " " + event.getValue());
      }
    }

    @Override
    public void attributeAdded(ServletRequestAttributeEvent event) {
      note("added", event);
    }

    @Override
    public void attributeRemoved(ServletRequestAttributeEvent event) {
      note("removed", event);
    }

    @Override
    public void attributeReplaced(ServletRequestAttributeEvent event) {
      note("replaced", event);
    }
  }

  @Test
  void requestListeners_areToldInTheSameOrder() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.listener(new Listener(notes))
                .servlet(
                    "/a",
                    (request, response) -> {
                      request.setAttribute("own", "1");
                      request.setAttribute("own", "2");
                      request.setAttribute("own-other", "3");
                      request.removeAttribute("own-other");
                      notes.add("servlet");
                    });
    Outcome outcome = same(7, scenario, Comparison.get("/a"));
    assertEquals("destroyed 2", outcome.notes().get(6));
  }

  @Test
  void securityWithoutARealm() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/login",
                    (request, response) -> {
                      notes.add(request.getRemoteUser() + request.getUserPrincipal());
                      notes.add(request.isUserInRole("any") + request.getAuthType());
                      try {
                        request.login("bob", "secret");
                        notes.add("in");
                      } catch (Exception e) {
                        notes.add(e.getClass().getName());
                      }
                      request.logout();
                    })
                .servlet(
                    "/authenticate",
                    (request, response) -> {
                      try {
                        notes.add(request.authenticate(response) + "");
                      } catch (Exception e) {
                        notes.add(e.getClass().getName());
                      }
                    });
    same(0, scenario, Comparison.get("/login"), Comparison.get("/authenticate"));
  }

  @Test
  void localesEncodingsAndClassLoader() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  notes.add(request.getLocale() + "" + Collections.list(request.getLocales()));
                  ClassLoader loader = Thread.currentThread().getContextClassLoader();
                  notes.add(
                      loader == null
                          ? "none"
                          : loader.getClass().getName()
                              + (loader == request.getServletContext().getClassLoader()));
                  notes.add(response.getCharacterEncoding() + response.getContentType());
                  response.setLocale(Locale.GERMANY);
                  response.setContentType("text/plain");
                  if (request.getParameter("encoding") != null) {
                    response.setCharacterEncoding(request.getParameter("encoding"));
                  }
                  notes.add(response.getCharacterEncoding() + response.getContentType());
                  response.getWriter().print("caf\u00e9");
                  response.setCharacterEncoding("UTF-16");
                  notes.add(response.getContentType() + response.getLocale());
                });
    same(
        0,
        scenario,
        Comparison.get("/a"),
        Comparison.get("/a?encoding=UTF-8"),
        client -> client.get("/a", "Accept-Language: fr;q=0.5, de-CH, en;q=0.7").read());
  }
}
