package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.board.BoardAccess;
import io.github.deadlinefilter.board.BoardServlet;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may see the page for operators, and who may end a request there. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class BoardAccessContractTest {
  private static final Pattern TOKEN = Pattern.compile("\"cancel\":\"([A-Za-z0-9_-]{32})\"");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private static int cancel(TestContainer container, String id, String... headers)
      throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      return client.post("/board/cancel?id=" + id, "", headers).read().status();
    }
  }

  @Test
  void cancel_endsTheRequest_forWhoHasTheToken() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf, "cancel", "true");
        RawClient client = RawClient.connect(container).get("/deaf")) {
      deaf.awaitInside(1);
      String id = Board.awaitId(container, "running", "/deaf");
      String token = "X-Deadline-Token: " + Board.awaitData(container, TOKEN);
      assertEquals(403, cancel(container, id), "without a token");
      assertEquals(403, cancel(container, id, "X-Deadline-Token: " + "A".repeat(32)));
      assertEquals(403, cancel(container, id, token, "Origin: http://evil.example"));
      assertEquals(403, cancel(container, id, token, "Origin: null"));
      assertEquals(403, cancel(container, id, token, "Sec-Fetch-Site: cross-site"));
      assertEquals(405, RawClient.ask(container, "/board/cancel?id=" + id).status());
      assertEquals(404, cancel(container, "nosuchone", token));
      assertEquals(1, deaf.inside());
      assertEquals(List.of(), FilterLog.warnings(container), "nothing has been done by then");
      assertEquals(200, cancel(container, id, token, "Sec-Fetch-Site: same-origin"));
      Response cancelled = client.read();
      assertEquals(503, cancelled.status());
      assertTrue(cancelled.text().contains("cancelled"), cancelled::toString);
      int told = deaf.interrupts();
      assertEquals(200, cancel(container, id, token), "a stuck one is told again");
      Gate.eventually(() -> deaf.interrupts() > told, "one more interrupt");
      deaf.release();
      Gate.eventually(() -> cancel(container, id, token) == 409, "it has ended");
    }
  }

  @Test
  void cancel_isOff_unlessItIsSwitchedOn() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf);
        RawClient client = RawClient.connect(container).get("/deaf")) {
      deaf.awaitInside(1);
      String id = Board.awaitId(container, "running", "/deaf");
      assertTrue(Board.data(container).contains("\"cancel\":null"));
      assertEquals(403, cancel(container, id, "X-Deadline-Token: null"));
      assertEquals(403, cancel(container, id, "X-Deadline-Token:"));
      deaf.release();
      assertEquals(200, client.read().status());
    }
  }

  private static Response as(TestContainer container, String path, String host, String... headers)
      throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      return client
          .send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "\r\n")
          .read();
    }
  }

  @Test
  void withoutARole_onlyABrowserHereSeesIt() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf, "cancel", "true")) {
      assertEquals(200, as(container, "/board/", "127.0.0.1:8080").status());
      for (String path : List.of("", "board.js", "data", "events", "stack?id=x", "cancel")) {
        Response rebound = as(container, "/board/" + path, "evil.example");
        assertEquals(403, rebound.status(), path);
        assertTrue(rebound.text().contains("\"role\""), rebound::text);
        Board.assertHeaders(rebound);
        assertEquals(
            403, as(container, "/board/" + path, "localhost", "X-Forwarded-For: 1.2.3.4").status());
      }
      for (String path : List.of("data", "events", "stack?id=x")) {
        String site = "Sec-Fetch-Site: cross-site";
        assertEquals(403, as(container, "/board/" + path, "localhost", site).status(), path);
      }
    }
  }

  @Test
  void role_isAskedOfTheContainer() throws Exception {
    try (var deaf = new Deaf()) {
      var app = Board.application(setup, deaf, "enforce", "role", Login.ROLE).login(Login.BASIC);
      app.servlet("/keepers/board/*", new BoardServlet(), entry -> entry.init("role", Login.ROLE));
      app.servlet("/keepers/other/*", new BoardServlet(), entry -> entry.init("role", "nobody"));
      try (TestContainer container = setup.start(app)) {
        Response stranger = RawClient.ask(container, "/board/data");
        assertEquals(403, stranger.status());
        assertEquals(
            "The board is for users with the role \"" + Login.ROLE + "\".\n", stranger.text());
        String alice = basic(Login.KEEPER);
        assertEquals(200, as(container, "/keepers/board/data", "shop.example", alice).status());
        assertEquals(403, as(container, "/keepers/other/data", "shop.example", alice).status());
      }
    }
  }

  private static String basic(String user) {
    byte[] both = (user + ":" + Login.PASSWORD).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(both);
  }

  @Test
  void rule_isTheApplicationsOwn() throws Exception {
    try (var deaf = new Deaf()) {
      BoardAccess rule = request -> "1".equals(request.getHeader("X-Key"));
      var app =
          Board.application(setup, deaf, "enforce")
              .listener(
                  new ServletContextListener() {
                    @Override
                    public void contextInitialized(ServletContextEvent event) {
                      event.getServletContext().setAttribute(BoardAccess.ATTRIBUTE, rule);
                    }
                  });
      try (TestContainer container = setup.start(app)) {
        assertEquals(403, as(container, "/board/data", "localhost").status());
        Response let = as(container, "/board/data", "shop.example", "X-Key: 1");
        assertEquals(200, let.status());
        assertNull(let.header("Set-Cookie"));
      }
    }
  }
}
