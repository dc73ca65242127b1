package io.github.deadlinefilter.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  /** A request of a browser on this machine, unless a test changes something. */
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private String peer = "127.0.0.1";
  private String here = "127.0.0.1";
  private boolean valve;
  private String protocol = "HTTP/1.1";
  private String role = "";
  private @Nullable Object attribute;

  AccessTest() {
    headers.put("Host", "localhost:8080");
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                answer.to(method.getName(), arguments == null ? "" : (String) arguments[0])));
  }

  private interface Answer {
    @Nullable Object to(String method, String argument);
  }

  private HttpServletRequest request() {
    return fake(
        HttpServletRequest.class,
        (method, argument) ->
            switch (method) {
              case "getHeader" -> headers.get(argument);
              case "getHeaderNames" -> Collections.enumeration(headers.keySet());
              case "getRemoteAddr" -> peer;
              case "getLocalAddr" -> here;
              case "getAttribute" ->
                  (valve && argument.equals("org.apache.tomcat.request.forwarded")) ? true : null;
              case "getProtocol" -> protocol;
              case "getServerName" -> "localhost";
              case "getServerPort" -> 8080;
              case "isUserInRole" -> role.equals(argument);
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private ServletContext context() {
    return fake(
        ServletContext.class,
        (method, argument) -> argument.equals(BoardAccess.ATTRIBUTE) ? attribute : null);
  }

  private @Nullable String refusal(@Nullable String needed) {
    return new Access(needed, context()).refusal(request());
  }

  private void assertRefused(String why) {
    String refusal = refusal(null);
    assertNotNull(refusal);
    assertTrue(refusal.contains(why), refusal);
    assertTrue(refusal.contains("\"role\""), "it says what to set: " + refusal);
    assertTrue(refusal.contains(BoardAccess.ATTRIBUTE), refusal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "0:0:0:0:0:0:0:1",
        "[::1]",
        "0:0:0:0:0:0:0:1%lo",
        "::ffff:127.0.0.1"
      })
  void thisMachine_isLetIn(String address) {
    peer = address;
    assertNull(refusal(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "192.168.1.1",
        "128.0.0.1",
        "1127.0.0.1",
        "::2",
        "fe80::1",
        "::ffff:10.0.0.1",
        "127.0.0.1.evil.example",
        "localhost",
        ""
      })
  void anotherMachine_isNot(String address) {
    peer = address;
    assertRefused("its own machine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"})
  void nameOfThisMachine_isLetIn(String host) {
    headers.put("Host", host);
    assertNull(refusal(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example", "localhost.evil.example", "evil.example:8080", "127.0.0.1.evil.example",
        "10.0.0.1", "localhost:80@evil.example", "", "localhost evil.example"
      })
  void anotherName_isNot_forItMayHaveBeenLedHere(String host) {
    headers.put("Host", host);
    assertRefused("as localhost");
  }

  @Test
  void requestWithoutHost_hasTheNameThatTheContainerKnows() {
    headers.remove("Host"); // HTTP/2 has another place for it
    assertNull(refusal(null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For",
        "x-forwarded-host",
        "X-FORWARDED-PROTO",
        "Forwarded",
        "Via",
        "X-Real-IP"
      })
  void proxy_isNot(String header) {
    headers.put(header, "127.0.0.1");
    assertRefused("proxy");
  }

  /** As Spring's ForwardedHeaderFilter does it. */
  @Test
  void wrapperThatKnowsOfProxies_isLookedThrough() {
    peer = "10.0.0.1";
    headers.put("X-Forwarded-For", "127.0.0.1");
    HttpServletRequest container = request();
    var wrapped =
        new HttpServletRequestWrapper(container) {
          @Override
          public String getRemoteAddr() {
            return "127.0.0.1";
          }

          @Override
          public Enumeration<String> getHeaderNames() {
            return Collections.emptyEnumeration();
          }
        };
    assertNotNull(new Access(null, context()).refusal(wrapped));
    peer = "127.0.0.1";
    assertNotNull(new Access(null, context()).refusal(wrapped), "through a proxy here");
    headers.remove("X-Forwarded-For");
    assertNull(new Access(null, context()).refusal(wrapped));
  }

  @Test
  void valveThatEatsTheHeaders_isKnownByWhatItLeaves() {
    valve = true;
    assertRefused("proxy");
    valve = false;
    here = "10.0.0.7"; // which a browser on this machine may use, but who knows
    assertRefused("its own machine");
  }

  @Test
  void proxyThatAddsNoHeader_isKnownByItsProtocol() {
    protocol = "HTTP/1.0";
    assertRefused("proxy");
  }

  @Test
  void role_isForWhoHasIt_whereverTheyCome() {
    peer = "10.0.0.1";
    headers.put("X-Forwarded-For", "10.0.0.2");
    assertEquals("The board is for users with the role \"operator\".", refusal("operator"));
    role = "operator";
    assertNull(refusal("operator"));
  }

  @Test
  void rule_takesThePlaceOfThisMachine() {
    attribute = (BoardAccess) request -> request.getHeader("X-Key") != null;
    assertNotNull(refusal(null), "here, but without a key");
    peer = "10.0.0.1";
    headers.put("X-Key", "1");
    assertNull(refusal(null));
  }

  @Test
  void roleAndRule_areBothAsked() {
    attribute = (BoardAccess) request -> false;
    role = "operator";
    assertNotNull(refusal("operator"));
    attribute = (BoardAccess) request -> true;
    assertNull(refusal("operator"));
    role = "";
    assertNotNull(refusal("operator"));
  }

  @Test
  void somethingElseInThePlaceOfARule_letsNobodyIn() {
    attribute = "true";
    assertNotNull(refusal(null));
    role = "operator";
    assertNotNull(refusal("operator"));
  }

  @Test
  void ruleThatFails_letsNobodyIn() {
    attribute =
        (BoardAccess)
            request -> {
              throw new IllegalStateException("no");
            };
    assertThrows(IllegalStateException.class, () -> refusal(null));
  }

  @Test
  void otherSites_areKnownByWhatTheBrowserSays() {
    assertFalse(Access.isFromElsewhere(request()));
    assertFalse(Access.isSentFromElsewhere(request()));
    headers.put("Origin", "http://localhost:8080");
    assertFalse(Access.isSentFromElsewhere(request()));
    for (String origin : new String[] {"null", "http://evil.example", "http://localhost:8081"}) {
      headers.put("Origin", origin);
      assertTrue(Access.isSentFromElsewhere(request()), origin);
    }
    headers.put("Sec-Fetch-Site", "same-origin"); // no page can say it: a proxy has another name
    assertFalse(Access.isSentFromElsewhere(request()));
    headers.remove("Origin");
    for (String site : new String[] {"cross-site", "same-site"}) {
      headers.put("Sec-Fetch-Site", site);
      assertTrue(Access.isSentFromElsewhere(request()), site);
      assertTrue(Access.isFromElsewhere(request()), site);
    }
    headers.put("Sec-Fetch-Site", "none"); // typed into the browser, which no POST is
    assertFalse(Access.isFromElsewhere(request()));
    assertTrue(Access.isSentFromElsewhere(request()));
  }

  @Test
  void wrongSetting_refusesToDeploy_andIsNamed() {
    assertEquals(
        "cancel: \"yes\" is neither true nor false",
        assertThrows(ServletException.class, () -> deploy("cancel", "yes")).getMessage());
    assertEquals(
        "role: \" \" is not the name of a role",
        assertThrows(ServletException.class, () -> deploy("role", " ")).getMessage());
  }

  private void deploy(String param, String value) throws ServletException {
    new BoardServlet()
        .init(
            fake(
                ServletConfig.class,
                (method, argument) ->
                    switch (method) {
                      case "getInitParameter" -> argument.equals(param) ? value : null;
                      case "getServletContext" -> context();
                      default -> throw new UnsupportedOperationException(method);
                    }));
  }
}
