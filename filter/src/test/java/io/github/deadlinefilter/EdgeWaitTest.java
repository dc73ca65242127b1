package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.IgnoredValues.Why;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeWaitTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong wall = new AtomicLong(1_700_000_100 * SECOND);
  private final EdgeWait wait =
      new EdgeWait(
          new RequestStart("X-Request-Start", Duration.ofSeconds(60).toNanos()), wall::get);

  private Duration waited(HttpServletRequest request) {
    return Duration.ofNanos(wait.nanos(request));
  }

  private void assertIgnored(Why why, long number) {
    for (Why one : Why.values()) {
      assertEquals(one == why ? number : 0, wait.ignored().count(one), one.code());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "t=1700000090.250, 9750ms",
    "1700000090.250, 9750ms",
    "1700000090, 10s",
    "t=1700000090, 10s",
    "1700000090250, 9750ms",
    "t=1700000090250, 9750ms",
    "1700000090250000, 9750ms",
    "t=1700000090250000, 9750ms",
    "1700000090250000000, 9750ms",
    "1700000090.250000001, 9749999999ns",
    "1700000100.0, 0ms"
  })
  void usualForm_isRead_waitIsWhatIsBetween(String value, String waited) {
    assertEquals(waited, Nanos.format(wait.nanos(HeaderedRequest.of("X-Request-Start: " + value))));
    assertIgnored(Why.MALFORMED, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "t=",
        "now",
        "170000009",
        "17000000900",
        "-1700000090",
        "+1700000090",
        "1700000090.",
        "1700000090.0000000001",
        "1700000090,250",
        "1700000090.25 ",
        "t=t=1700000090",
        "T=1700000090",
        "1700000090250.5",
        "1.7e9",
        "9999999999999999999",
        "9999999999",
        "17000000902500000000",
        "\u0661\u0667\u0660\u0660\u0660\u0660\u0660\u0660\u0669\u0660"
      })
  void anythingElse_isIgnored_andCounted(String value) {
    HeaderedRequest request = new HeaderedRequest();
    request.add("X-Request-Start:x" + value);
    assertEquals(-1, RequestStart.epochNanos(value));
    assertEquals(Duration.ZERO, waited(request.build()));
    assertIgnored(Why.MALFORMED, 1);
  }

  @Test
  void headerIsAbsentOrNotAskedFor_nothingWasWaited() {
    assertEquals(Duration.ZERO, waited(HeaderedRequest.of("X-Queue-Start: t=1700000090")));
    EdgeWait off = new EdgeWait(null, wall::get);
    assertEquals(0, off.nanos(HeaderedRequest.of("X-Request-Start: t=1700000090")));
    assertIgnored(Why.MALFORMED, 0);
  }

  @Test
  void headerIsThereTwice_isIgnored_andCounted() {
    assertEquals(
        Duration.ZERO,
        waited(
            HeaderedRequest.of("X-Request-Start: t=1700000090", "X-Request-Start: t=1700000091")));
    assertIgnored(Why.REPEATED, 1);
  }

  @Test
  void edgeIsAhead_nothingWasWaited_andMoreThanASecondIsCounted() {
    assertEquals(Duration.ZERO, waited(HeaderedRequest.of("X-Request-Start: 1700000101.000")));
    assertIgnored(Why.FUTURE, 0);
    assertEquals(Duration.ZERO, waited(HeaderedRequest.of("X-Request-Start: 1700000101.001")));
    assertIgnored(Why.FUTURE, 1);
  }

  /** The clock of the edge is wrong: no site answers nothing but 503 for that. */
  @Test
  void longerAgoThanAnybodyWaits_isIgnored_andCounted() {
    assertEquals(Duration.ofMinutes(10), waited(HeaderedRequest.of("X-Request-Start: 1699999500")));
    assertIgnored(Why.TOO_OLD, 0);
    assertEquals(Duration.ZERO, waited(HeaderedRequest.of("X-Request-Start: 1699999499.999")));
    assertEquals(Duration.ZERO, waited(HeaderedRequest.of("X-Request-Start: 1000000000")));
    assertIgnored(Why.TOO_OLD, 2);
  }

  @Test
  void requestHasABody_waitingInItsOvertimeIsNotCounted() {
    String start = "X-Request-Start: t=1700000035"; // 65 s ago
    assertEquals(Duration.ofSeconds(5), waited(HeaderedRequest.of(start, "Content-Length: 1")));
    assertEquals(
        Duration.ofSeconds(5), waited(HeaderedRequest.of(start, "Transfer-Encoding: chunked")));
    assertEquals(
        Duration.ZERO,
        waited(HeaderedRequest.of("X-Request-Start: t=1700000041", "Content-Length: 1")));
    assertEquals(Duration.ofSeconds(65), waited(HeaderedRequest.of(start, "Content-Length: 0")));
    assertEquals(Duration.ofSeconds(65), waited(HeaderedRequest.of(start)));
  }

  @Test
  void lengthOfABodyIsUnknownInHttp2_methodSaysWhetherThereIsOne() {
    String start = "X-Request-Start: t=1700000035";
    assertEquals(
        Duration.ofSeconds(5),
        waited(new HeaderedRequest().line("POST", "HTTP/2.0").add(start).build()));
    assertEquals(
        Duration.ofSeconds(65),
        waited(new HeaderedRequest().line("GET", "HTTP/2.0").add(start).build()));
    assertEquals(
        Duration.ofSeconds(65),
        waited(new HeaderedRequest().line("POST", "HTTP/1.1").add(start).build()));
  }
}
