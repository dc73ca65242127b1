package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.deadlinefilter.ClientDeadline.Asked;
import io.github.deadlinefilter.IgnoredValues.Why;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientDeadlineTest {
  private static final long SECOND = 1_000_000_000;

  private final ClientDeadline all = new ClientDeadline(List.of(ClientHeader.values()));

  private long count(ClientHeader header, Why why) {
    return all.ignored().stream()
        .filter(one -> one.header().equals(header.field()))
        .mapToLong(one -> one.count(why))
        .sum();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "Prefer: wait=10 | 10s",
        "Prefer: respond-async, wait=10 | 10s",
        "Prefer: WAIT = \"10\"; a=b | 10s",
        "Prefer: a=\"x, wait=1\", wait=10 | 10s",
        "Prefer: a=b;wait=1, wait=10 | 10s",
        "X-Request-Timeout: 2 | 2s",
        "X-Request-Timeout: 2.5 | 2500ms",
        "X-Request-Timeout: 2.5s | 2500ms",
        "X-Request-Timeout: 500ms | 500ms",
        "X-Request-Timeout: 500MS | 500ms",
        "X-Request-Timeout: 1.5m | 90s",
        "X-Request-Timeout: 0.5h | 30m",
        "X-Request-Timeout: 1.9us | 1900ns",
        "grpc-timeout: 1H | 1h",
        "grpc-timeout: 2M | 2m",
        "grpc-timeout: 3S | 3s",
        "grpc-timeout: 100m | 100ms",
        "grpc-timeout: 99999999u | 99999999us",
        "grpc-timeout: 5n | 5ns",
        "X-Envoy-Expected-Rq-Timeout-Ms: 250 | 250ms"
      })
  void header_isGiven_isRead(String line, String length) {
    Asked asked = all.of(HeaderedRequest.of(line));
    assertEquals(length, asked == null ? "nothing" : Nanos.format(asked.nanos()));
    assertEquals(line.startsWith("Prefer") ? 10 : 0, asked == null ? -1 : asked.waitSeconds());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "Prefer: wait | MALFORMED",
        "Prefer: wait= | MALFORMED",
        "Prefer: wait=1.5 | MALFORMED",
        "Prefer: wait=-1 | MALFORMED",
        "Prefer: wait=\"5 | MALFORMED",
        "Prefer: wait=5 s | MALFORMED",
        "Prefer: wait=0 | ZERO",
        "X-Request-Timeout: soon | MALFORMED",
        "X-Request-Timeout: 5 s | MALFORMED",
        "X-Request-Timeout: -5s | MALFORMED",
        "X-Request-Timeout: 5d | MALFORMED",
        "X-Request-Timeout: PT5S | MALFORMED",
        "X-Request-Timeout: .5 | MALFORMED",
        "X-Request-Timeout: 5. | MALFORMED",
        "X-Request-Timeout: 1e3 | MALFORMED",
        "X-Request-Timeout: 5, 6 | MALFORMED",
        "X-Request-Timeout: 0.000 | ZERO",
        "grpc-timeout: 5 | MALFORMED",
        "grpc-timeout: S | MALFORMED",
        "grpc-timeout: 1.5S | MALFORMED",
        "grpc-timeout: 5s | MALFORMED",
        "grpc-timeout: 123456789n | MALFORMED",
        "grpc-timeout: 0S | ZERO",
        "X-Envoy-Expected-Rq-Timeout-Ms: 5ms | MALFORMED",
        "X-Envoy-Expected-Rq-Timeout-Ms: 5.5 | MALFORMED",
        "X-Envoy-Expected-Rq-Timeout-Ms: 0 | ZERO"
      })
  void valueThatSaysNoTime_isIgnored_andCounted(String line, Why why) {
    assertNull(all.of(HeaderedRequest.of(line)));
    for (ClientHeader header : ClientHeader.values()) {
      for (Why one : Why.values()) {
        boolean counted = one == why && line.startsWith(header.field() + ":");
        assertEquals(counted ? 1 : 0, count(header, one), header + " " + one);
      }
    }
  }

  @Test
  void several_shortestWins_andPreferIsAppliedOnlyIfItDoes() {
    assertEquals(
        new Asked(SECOND, 0),
        all.of(HeaderedRequest.of("Prefer: wait=3", "grpc-timeout: 1S", "X-Request-Timeout: 2")));
    assertEquals(
        new Asked(3 * SECOND, 3), all.of(HeaderedRequest.of("Prefer: wait=3", "grpc-timeout: 3S")));
    assertEquals(
        new Asked(3 * SECOND, 0), all.of(HeaderedRequest.of("Prefer: wait=0", "grpc-timeout: 3S")));
  }

  @Test
  void longerThanAnybodyLives_asksForNothing() {
    assertNull(all.of(HeaderedRequest.of("Prefer: wait=99999999999")));
    assertNull(all.of(HeaderedRequest.of("X-Request-Timeout: 9999999999999999999h")));
    assertEquals(0, count(ClientHeader.PREFER, Why.MALFORMED));
  }

  @Test
  void waitIsSaidTwice_firstCounts_whetherInOneFieldOrTwo() {
    Asked five = new Asked(5 * SECOND, 5);
    assertEquals(five, all.of(HeaderedRequest.of("Prefer: wait=5, wait=1")));
    assertEquals(five, all.of(HeaderedRequest.of("Prefer: a", "Prefer: wait=5", "Prefer: wait=1")));
    assertEquals(2, count(ClientHeader.PREFER, Why.REPEATED));
  }

  @Test
  void otherHeaderIsThereTwice_isIgnored_andCounted() {
    assertNull(all.of(HeaderedRequest.of("grpc-timeout: 5S", "grpc-timeout: 1S")));
    assertEquals(1, count(ClientHeader.GRPC_TIMEOUT, Why.REPEATED));
  }

  @Test
  void preferSaysNothingOfWait_nothingIsAskedAndNothingCounted() {
    assertNull(all.of(HeaderedRequest.of("Prefer: respond-async; wait=5, return=minimal")));
    for (Why why : Why.values()) {
      assertEquals(0, count(ClientHeader.PREFER, why));
    }
  }

  @Test
  void headerIsNotNamedInTheSetting_isNotRead() {
    ClientDeadline grpc = new ClientDeadline(List.of(ClientHeader.GRPC_TIMEOUT));
    assertNull(grpc.of(HeaderedRequest.of("Prefer: wait=5", "X-Request-Timeout: 1")));
  }
}
