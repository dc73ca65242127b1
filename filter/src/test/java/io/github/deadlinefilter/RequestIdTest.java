package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RequestIdTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static String of(String... lines) {
    return RequestId.of(HeaderedRequest.of(lines));
  }

  @Test
  void itsOwnName_isBetterThanThatOfItsTrace() {
    assertEquals("r-17", of("X-Request-Id: r-17", "traceparent: " + TRACE));
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", of("traceparent: " + TRACE));
    assertEquals(
        "4bf92f3577b34da6a3ce929d0e0e4736",
        of("X-Request-Id: ", "traceparent: " + TRACE + "-of-a-later-version"));
    assertEquals("", of());
  }

  @Test
  void whatWouldEndALineOrPassForAKey_isAQuestionMark() {
    assertEquals("a?reason?x?y?", of("X-Request-Id: a reason=x\ny\""));
    assertEquals("a?b", of("X-Request-Id: a\u2028b"));
  }

  @Test
  void long_isCut() {
    assertEquals("a".repeat(64), of("X-Request-Id: " + "a".repeat(10_000)));
  }

  @Test
  void traceThatCannotBeRead_isNone() {
    assertEquals("", of("traceparent: 00-xyz-00f067aa0ba902b7-01"));
    assertEquals("", of("traceparent: " + TRACE.replace("-01", "-0x")));
  }
}
