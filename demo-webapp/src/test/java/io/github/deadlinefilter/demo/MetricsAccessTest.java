package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsAccessTest {
  private static final String ELSEWHERE = "192.0.2.7";
  private static final MetricsAccess OPEN = new MetricsAccess(null);
  private static final MetricsAccess CLOSED = new MetricsAccess(" t0ken/+=\n");

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.8.9.10", "0:0:0:0:0:0:0:1", "::1", "[::1]", "::ffff:127.0.0.1"})
  void noToken_thisMachine_isLetIn(String peer) {
    assertNull(OPEN.refusal(request(peer, Map.of())));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {ELSEWHERE, "10.0.0.1", "0.0.0.0", "2001:db8::1", "::", "", "localhost", "1::2::3"})
  void noToken_anybodyElse_is403_whateverHeadersSay(@Nullable String peer) {
    var headers =
        Map.of(
            "Authorization", "Bearer x",
            "Forwarded", "for=127.0.0.1",
            "Host", "127.0.0.1",
            "X-Forwarded-For", "127.0.0.1",
            "X-Real-IP", "127.0.0.1");
    MetricsAccess.Refusal refusal = OPEN.refusal(request(peer, headers));
    assertNotNull(refusal);
    assertEquals(403, refusal.status());
    assertEquals(
        "Only this machine itself may read the figures, and you come from "
            + peer
            + ". Set DEMO_METRICS_TOKEN to let in whoever sends that token.",
        refusal.why());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer t0ken/+=", "bearer t0ken/+=", "BEARER   t0ken/+= "})
  void token_isLetIn_fromAnywhere(String authorization) {
    assertNull(CLOSED.refusal(request(ELSEWHERE, Map.of("Authorization", authorization))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer t0ken/+",
        "Bearer t0ken/+==",
        "Bearer T0KEN/+=",
        "Basic t0ken/+=",
        "t0ken/+=",
        "Bearert0ken/+=",
        "Bearer t0ken/+=,Bearer x"
      })
  void anythingElse_is401_evenOnThisMachine(String authorization) {
    assert401(CLOSED.refusal(request("127.0.0.1", Map.of("Authorization", authorization))));
  }

  @Test
  void noAuthorization_is401_evenOnThisMachine() {
    assert401(CLOSED.refusal(request("127.0.0.1", Map.of())));
  }

  private static void assert401(MetricsAccess.@Nullable Refusal refusal) {
    assertNotNull(refusal);
    assertEquals(401, refusal.status());
    assertEquals(
        "The header \"Authorization: Bearer TOKEN\" is needed, with the token that"
            + " DEMO_METRICS_TOKEN has.",
        refusal.why());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void blankToken_isNone(String token) {
    assertNull(new MetricsAccess(token).refusal(request("127.0.0.1", Map.of())));
    assertNotNull(new MetricsAccess(token).refusal(request(ELSEWHERE, Map.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"t0k en", "t0kén", "t0k\ren"})
  void tokenThatNobodyCanSend_isRefusedByName_andNotTold(String token) {
    var e = assertThrows(IllegalArgumentException.class, () -> new MetricsAccess(token));
    String told = String.valueOf(e.getMessage());
    assertTrue(told.startsWith("DEMO_METRICS_TOKEN (or demo.metrics.token) "), told);
    assertFalse(told.contains("t0k"), told);
  }

  private static HttpServletRequest request(@Nullable String peer, Map<String, String> headers) {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            HttpServletRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (self, called, arguments) ->
                switch (called.getName()) {
                  case "getRemoteAddr" -> peer;
                  case "getHeader" -> headers.get((String) arguments[0]);
                  default -> throw new UnsupportedOperationException(called.getName());
                });
  }
}
