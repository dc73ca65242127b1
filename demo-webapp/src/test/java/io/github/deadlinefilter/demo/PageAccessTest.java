package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageAccessTest {
  private static final String HERE = "127.0.0.1";

  private final Map<String, String> headers = new HashMap<>(Map.of("Host", "localhost:8080"));

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, localhost:8080",
    "127.0.0.1, LOCALHOST",
    "127.9.9.9, 127.0.0.1:1",
    "0:0:0:0:0:0:0:1, [::1]:8080"
  })
  void thisMachine_mayRead(String peer, String host) {
    headers.put("Host", host);
    assertNull(refusal(peer, "GET"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "2001:db8::1"})
  void anotherMachine_isRefused_andNamed(String peer) {
    String refusal = refusal(peer, "GET");
    assertEquals(
        "only a browser on this machine itself may do this, and you come from " + peer, refusal);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "attacker.example:8080",
        "localhost.attacker.example",
        "192.0.2.7",
        "127.1",
        "::1"
      })
  void nameThatLeadsHere_isRefused(@Nullable String host) {
    headers.put("Host", host);
    assertTrue(String.valueOf(refusal(HERE, "GET")).contains("for localhost"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Real-IP", "Via"})
  void throughAProxy_isRefused(String header) {
    headers.put(header, "x");
    assertTrue(String.valueOf(refusal(HERE, "GET")).contains("through a proxy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void whatChangesSomething_needsTheHeader(String method) {
    assertEquals("the header X-Demo-Page: 1 is missing", refusal(HERE, method));
    headers.put("X-Demo-Page", "1");
    assertNull(refusal(HERE, method));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "cross-site, -",
        "same-site, -",
        "none, -",
        "cross-site, http://localhost:8080",
        "-, http://attacker.example",
        "-, http://localhost:9090",
        "-, null",
      })
  void whatAnotherSitesPageSends_isRefused_withTheHeaderToo(
      @Nullable String site, @Nullable String origin) {
    headers.put("X-Demo-Page", "1");
    put("Sec-Fetch-Site", site);
    put("Origin", origin);
    assertNotNull(refusal(HERE, "POST"));
  }

  @Test
  void ownPage_maySend() {
    headers.put("X-Demo-Page", "1");
    headers.put("Origin", "http://localhost:8080");
    assertNull(refusal(HERE, "POST"));
    headers.put("Sec-Fetch-Site", "same-origin");
    assertNull(refusal(HERE, "POST"));
  }

  private void put(String header, @Nullable String value) {
    if (value != null) {
      headers.put(header, value);
    }
  }

  private @Nullable String refusal(String peer, String method) {
    return PageAccess.refusal(
        (HttpServletRequest)
            Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (self, called, arguments) ->
                    switch (called.getName()) {
                      case "getRemoteAddr" -> peer;
                      case "getMethod" -> method;
                      case "getHeader" -> headers.get((String) arguments[0]);
                      case "getHeaderNames" -> Collections.enumeration(headers.keySet());
                      default -> throw new UnsupportedOperationException(called.getName());
                    }));
  }
}
