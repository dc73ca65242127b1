package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
  private static final Environment JAVA_17 = new Environment(Map.of(), Map.of(), false);

  @ParameterizedTest
  @CsvSource({
    // exact, context root
    "/a/b, /a/b",
    "/a/b/, /a/b/*",
    "/A/b, /*",
    "/, \"\"",
    "'', \"\"",
    // prefixes
    "/a, /a/*",
    "/a/, /a/*",
    "/a/c, /a/*",
    "/ab, /*",
    "/a/b/c, /a/b/*",
    "/a/b/c/d/e, /a/b/*",
    "/a/bc/d, /a/*",
    "/a//b, /a/*",
    // a prefix beats an extension
    "/x.jsp, /*",
    "/a/x.jsp, /a/*"
  })
  void path_isMatched_bestPatternHolds(String path, String expected) throws SettingsException {
    Routes routes =
        routes(
            "/* = 1s",
            "*.jsp = 2s",
            "/ = 3s",
            "/a/* = 4s",
            "/a/b/* = 5s",
            "/a/b = 6s",
            "\"\" = 7s");
    for (int split = 0; split <= path.length(); split++) {
      String servletPath = path.substring(0, split);
      String pathInfo = path.substring(split);
      assertEquals(expected, routes.match("GET", servletPath, pathInfo).name(), "split " + split);
    }
    assertEquals(expected, routes.match("GET", path, null).name());
  }

  @Test
  void rulesOfAnyLength_areGiven_eachIsFound() throws SettingsException {
    for (int length = 1; length < 200; length++) {
      String path = "/" + "x".repeat(length);
      Routes routes =
          routes(path + " = 1s", path + "/y/* = 2s", "*." + "z".repeat(length) + " = 3s");

      assertEquals(path, routes.match("GET", path, null).name());
      assertEquals(path + "/y/*", routes.match("GET", path + "/y/z", null).name());
      assertEquals(
          "*." + "z".repeat(length), routes.match("GET", "/a." + "z".repeat(length), null).name());
      assertEquals("default", routes.match("GET", path + "x", null).name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/x.jsp, *.jsp",
    "/.jsp, *.jsp",
    "/a/b/x.y.jsp, *.jsp",
    "/x.JSP, default",
    "/x.jsp/, default",
    "/x.jsp/y, default",
    "/x.jspx, default",
    "/x.jsp.txt, default",
    "/jsp, default",
    "/x., default",
    "/, default",
    "'', default"
  })
  void extension_isMatched_byLastDotOfLastSegment(String path, String expected)
      throws SettingsException {
    Routes routes = routes("*.jsp = 2s");
    for (int split = 0; split <= path.length(); split++) {
      assertEquals(
          expected, routes.match("GET", path.substring(0, split), path.substring(split)).name());
    }
  }

  @Test
  void ruleForSlash_isGiven_beatsTheDeadlineParameter() throws SettingsException {
    Routes routes = routes("GET / = 2s");

    assertEquals("GET /", routes.match("GET", "/any", null).name());
    assertEquals("default", routes.match("POST", "/any", null).name());
  }

  @ParameterizedTest
  @CsvSource({
    // the pattern's own method rule, then its rule for all
    "GET, /a/b, 'GET,PUT /a/b'",
    "PUT, /a/b, 'GET,PUT /a/b'",
    "POST, /a/b, /a/b",
    // the best pattern has no rule for the method
    "GET, /a/c, /a/*",
    "POST, /a/c, POST /a/c",
    "DELETE, /a/x, DELETE /*",
    "DELETE, /, DELETE /*",
    "PATCH, /z, default",
    "get, /a/b, /a/b",
    // HEAD
    "HEAD, /a/b, 'GET,PUT /a/b'",
    "HEAD, /h, HEAD /h",
    "GET, /h, GET /h",
    "HEAD, /a/c, /a/*"
  })
  void method_isMatched_afterPattern(String method, String path, String expected)
      throws SettingsException {
    Routes routes =
        routes(
            "DELETE /* = 1s",
            "/a/b = 1s",
            "GET, PUT /a/b = 1s",
            "POST /a/c = 1s",
            "GET,POST,HEAD /a/* = 1s",
            "GET /h = 1s",
            "HEAD /h = 1s");
    String name = expected.equals("/a/*") ? "GET,POST,HEAD /a/*" : expected;
    assertEquals(name, routes.match(method, path, null).name());
  }

  @Test
  void text_hasCommentsTabsAndCrLf_rulesAreRead() throws SettingsException {
    Routes routes =
        routes(
            "# all of it is slow\r",
            "\tGET\t/reports/*\t=\t20s\tgrace=10ms # see the ticket\r",
            "   /checkout=none",
            "  /a#b = 1s",
            "/a=b = 1s  #");

    assertEquals(
        List.of("GET /reports/*", "/checkout", "/a#b", "/a=b", "default"),
        routes.all().stream().map(Route::name).toList());
    assertEquals(10_000_000, routes.match("GET", "/reports", "/x").graceNanos());
    assertFalse(routes.match("GET", "/checkout", null).hasLimit());
  }

  private static Routes routes(String... rules) throws SettingsException {
    return Settings.of(Map.of("routes", String.join("\n", rules)), JAVA_17).routes();
  }
}
