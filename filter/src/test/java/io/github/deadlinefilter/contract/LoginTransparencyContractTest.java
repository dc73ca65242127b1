package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The container's own security is with the filter what it is without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class LoginTransparencyContractTest {
  /** Where a form sends who somebody is. */
  private static final String LOGIN = "/j_security_check";

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final SessionCookie cookie = new SessionCookie();

  private static String basic(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String who(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    return request.getRemoteUser()
        + " "
        + (principal == null ? "nobody" : principal.getName())
        + " "
        + request.getAuthType()
        + " "
        + request.isUserInRole(Login.ROLE)
        + " "
        + request.isUserInRole("guest");
  }

  /** Notes who the container says it is, after the chain. */
  private static Filter outside(Queue<String> notes) {
    return (request, response, chain) -> {
      chain.doFilter(request, response);
      var http = (HttpServletRequest) request;
      // Undertow ends the exchange of a form's login first, and runs the chain with it if the last
      // frame of its answer is not through by then (ServletAuthenticationCallHandler).
      if (!http.getRequestURI().endsWith(LOGIN)) {
        notes.add("outside " + who(http));
      }
    };
  }

  /** A filter around, and whatever the servlet does. */
  private Scenario under(Login login, Noting handler) {
    return (app, notes) -> {
      cookie.forget();
      app.login(login)
          .outerFilter(
              "/*",
              outside(notes),
              entry -> entry.dispatchers(DispatcherType.REQUEST, DispatcherType.ASYNC))
          .servlet("/*", (request, response) -> response.getWriter().print(who(request)))
          .servlet("/do", handler.with(notes))
          .servlet(
              Login.PAGE,
              (request, response) ->
                  response.getWriter().print("the page of " + request.getDispatcherType()))
          .servlet(Login.ERROR_PAGE, (request, response) -> response.getWriter().print("wrong"));
    };
  }

  @FunctionalInterface
  private interface Noting {
    Application.Handler with(Queue<String> notes);
  }

  private static final Noting NOTHING = notes -> (request, response) -> {};

  /** A call that may be refused. */
  @FunctionalInterface
  private interface Call {
    Object result() throws Exception;
  }

  private static void note(Queue<String> notes, String what, Call call) {
    try {
      notes.add(what + " " + call.result());
    } catch (Exception e) {
      notes.add(what + " " + e.getClass().getName());
    }
  }

  private static void login(Queue<String> notes, HttpServletRequest request, String password) {
    note(
        notes,
        "login",
        () -> {
          request.login(Login.KEEPER, password);
          return who(request);
        });
  }

  @Test
  void basic_constraintsAndWhoItIs() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            under(Login.BASIC, NOTHING),
            cookie.get("/free"),
            cookie.get("/free", basic(Login.KEEPER, Login.PASSWORD)),
            cookie.get("/keepers/a"),
            cookie.get("/keepers/a", basic(Login.KEEPER, "wrong")),
            cookie.get("/keepers/a", basic(Login.GUEST, Login.PASSWORD)),
            cookie.get("/keepers/a", basic(Login.KEEPER, Login.PASSWORD)));
    assertTrue(outcome.answers().get(2).startsWith("401 true [Basic"), outcome::toString);
    assertTrue(outcome.answers().get(4).startsWith("403"), outcome::toString);
    assertTrue(outcome.answers().get(5).endsWith("alice alice BASIC true false"));
    assertEquals("outside alice alice BASIC true false", last(outcome.notes()));
  }

  private static String last(List<String> notes) {
    return notes.get(notes.size() - 1);
  }

  @Test
  void login_isSeenOutside_andLogoutToo() throws Exception {
    Noting handler =
        notes ->
            (request, response) -> {
              login(notes, request, "wrong");
              login(notes, request, Login.PASSWORD);
              login(notes, request, Login.PASSWORD);
              if (request.getParameter("out") != null) {
                request.logout();
                notes.add("logout " + who(request));
              }
            };
    Outcome outcome =
        Comparison.same(
            setup, 0, under(Login.BASIC, handler), cookie.get("/do"), cookie.get("/do?out=1"));
    assertTrue(outcome.notes().get(3).startsWith("outside alice alice "), outcome::toString);
    assertTrue(last(outcome.notes()).startsWith("outside null nobody "), outcome::toString);
  }

  @Test
  void loginInASession_changesItsId() throws Exception {
    Noting handler =
        notes ->
            (request, response) -> {
              HttpSession session = request.getSession();
              String before = session.getId();
              session.setAttribute("name", "a value");
              login(notes, request, Login.PASSWORD);
              HttpSession after = request.getSession();
              notes.add(before.equals(after.getId()) + " " + after.getAttribute("name"));
            };
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            under(Login.BASIC, handler),
            cookie.get("/do"),
            cookie.get("/free"),
            cookie.get("/keepers/a"));
    assertTrue(outcome.answers().get(0).contains("JSESSIONID=ID"), outcome::toString);
  }

  private static final Noting AUTHENTICATING =
      notes ->
          (request, response) -> {
            note(notes, "authenticate", () -> request.authenticate(response));
            notes.add(who(request) + " " + response.isCommitted() + " " + response.getStatus());
          };

  @Test
  void authenticate_asksByTheHeader() throws Exception {
    Exchange[] exchanges = {
      cookie.get("/do"),
      cookie.get("/do", basic(Login.KEEPER, "wrong")),
      cookie.get("/do", basic(Login.KEEPER, Login.PASSWORD))
    };
    Scenario scenario = under(Login.BASIC, AUTHENTICATING);
    Outcome outcome =
        setup.container() == Containers.jetty()
            ? Comparison.sameAsAnyWrapper(setup, 0, scenario, exchanges)
            : Comparison.same(setup, 0, scenario, exchanges);
    assertTrue(outcome.answers().get(0).startsWith("401 true [Basic"), outcome::toString);
    assertEquals("outside alice alice BASIC true false", last(outcome.notes()));
  }

  @Test
  void form_constraintAndSession() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            under(Login.FORM, NOTHING),
            cookie.get("/keepers/a?x=1"),
            form("wrong"),
            cookie.get("/keepers/a?x=1"),
            form(Login.PASSWORD),
            cookie.get("/keepers/a?x=1"),
            cookie.get("/free"));
    assertTrue(outcome.answers().get(4).endsWith("alice alice FORM true false"), outcome::toString);
    assertEquals("outside alice alice FORM true false", last(outcome.notes()));
  }

  private Exchange form(String password) {
    return cookie.post(
        LOGIN,
        "j_username=" + Login.KEEPER + "&j_password=" + password,
        "Content-Type: application/x-www-form-urlencoded");
  }

  @Test
  void authenticate_showsTheForm() throws Exception {
    Exchange[] exchanges = {cookie.get("/do"), form(Login.PASSWORD), cookie.get("/do")};
    Scenario scenario = under(Login.FORM, AUTHENTICATING);
    Outcome outcome =
        setup.container() == Containers.TOMCAT
            ? Comparison.same(setup, 0, scenario, exchanges)
            : Comparison.sameAsAnyWrapper(setup, 0, scenario, exchanges);
    assertEquals("outside alice alice FORM true false", last(outcome.notes()));
  }

  /** Late after a login that began a session, or after a challenge; all of them at a time. */
  @Test
  void late_isAnsweredWithoutSessionOrChallenge() throws Exception {
    try (var deaf = new Deaf()) {
      Noting handler =
          notes ->
              (request, response) -> {
                if (request.getParameter("login") != null) {
                  request.getSession();
                  request.login(Login.KEEPER, Login.PASSWORD);
                } else {
                  request.authenticate(response);
                }
                if (request.getParameter("deaf") != null) {
                  deaf.hold();
                } else {
                  new Gate("never").await();
                }
              };
      var app =
          new Application().filter("/*", setup.filter().deadline(Duration.ofMillis(500)).build());
      under(Login.BASIC, handler).describe(app, new ConcurrentLinkedQueue<>());
      try (TestContainer container = setup.start(app)) {
        List<RawClient> clients = new ArrayList<>();
        for (String path : List.of("/do", "/do?deaf=1", "/do?login=1", "/do?login=1&deaf=1")) {
          clients.add(RawClient.connect(container).get(path));
        }
        for (RawClient client : clients) {
          Response response = client.read();
          assertEquals(503, response.status(), response::toString);
          assertTrue(response.complete(), response::toString);
          assertEquals(List.of(), response.headers("Set-Cookie"), response::toString);
          assertEquals(List.of(), response.headers("WWW-Authenticate"), response::toString);
          client.close();
        }
        deaf.release();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
