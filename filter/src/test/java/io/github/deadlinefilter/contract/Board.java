package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.board.BoardServlet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application with the page for operators, and what it shows. */
final class Board {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private Board() {}

  static Application application(Combination setup, Deaf deaf, String mode, String... init)
      throws Exception {
    return new Application()
        .filter(
            "/*",
            setup
                .filter()
                .set("mode", mode)
                .route("/deaf = 30s")
                .route("/late = 1s")
                .route("/board/* = none")
                .route("/board/events = 30s until=commit idle=1m")
                .build())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
        .servlet("/deaf", (request, response) -> deaf.hold())
        .servlet(
            "/late",
            (request, response) -> {
              Deadline.current().io("cache", "GET basket").close();
              deaf.hold();
            })
        .servlet(
            "/board/*",
            new BoardServlet(),
            entry -> {
              for (int i = 0; i < init.length; i += 2) {
                entry.init(init[i], init[i + 1]);
              }
            });
  }

  static TestContainer start(Combination setup, Deaf deaf, String... init) throws Exception {
    TestContainer container = setup.start(application(setup, deaf, "enforce", init));
    assertEquals("hi", RawClient.ask(container, "/hi").text()); // the first one takes long
    return container;
  }

  static String data(TestContainer container) throws Exception {
    Response data = RawClient.ask(container, "/board/data");
    assertEquals(200, data.status(), data::toString);
    assertEquals("no-store", data.header("Cache-Control"));
    return data.text();
  }

  static String awaitData(TestContainer container, Pattern what) throws Exception {
    var found = new String[1];
    Gate.eventually(
        () -> {
          Matcher matcher = what.matcher(data(container));
          boolean is = matcher.find();
          found[0] = is ? matcher.group(1) : "";
          return is;
        },
        "data with " + what);
    return found[0];
  }

  /** The id of the first request that is listed so. */
  static String awaitId(TestContainer container, String list, String route) throws Exception {
    return awaitData(
        container,
        Pattern.compile(
            "\"" + list + "\":\\[\\{\"id\":\"([0-9a-z]+)\",[^}]*\"route\":\"" + route + "\""));
  }

  static void assertHeaders(Response response) {
    assertEquals(List.of(POLICY), response.headers("Content-Security-Policy"));
    assertEquals("nosniff", response.header("X-Content-Type-Options"));
    assertEquals("no-referrer", response.header("Referrer-Policy"));
    assertEquals("same-origin", response.header("Cross-Origin-Resource-Policy"));
    assertEquals("DENY", response.header("X-Frame-Options"));
  }
}
