package io.github.deadlinefilter.demo.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTest {
  @Test
  void allParameters_parsed_areAllThere() {
    var fault =
        Fault.parse(
            Map.of(
                "latency", List.of("2s"),
                "jitter", List.of("50ms"),
                "bandwidth", List.of("1000"),
                "blackhole", List.of("true"),
                "reset", List.of("true")));
    assertEquals(new Fault(Duration.ofSeconds(2), Duration.ofMillis(50), 1000, true, true), fault);
  }

  @Test
  void nothing_parsed_isNoFault() {
    assertEquals(Fault.NONE, Fault.parse(Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          latency   | 5      | latency is "5"; accepted is a duration from 0ms to 120s, such as 200ms or 3s
          latency   | -1s    | latency is "-1s"; accepted is a duration from 0ms to 120s, such as 200ms or 3s
          jitter    | 121s   | jitter is "121s"; accepted is a duration from 0ms to 120s, such as 200ms or 3s
          bandwidth | 0      | bandwidth is "0"; accepted is bytes a second from 1 to 999999999
          bandwidth | 1kB    | bandwidth is "1kB"; accepted is bytes a second from 1 to 999999999
          blackhole | yes    | blackhole is "yes"; accepted is true or false
          reset     | 1      | reset is "1"; accepted is true or false
          loss      | 10     | loss is unknown; accepted are latency, jitter, bandwidth, blackhole and reset
          """)
  void badValue_parsed_isRefusedByName(String name, String value, String message) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> Fault.parse(Map.of(name, List.of(value))));
    assertEquals(message, e.getMessage());
  }

  @Test
  void valueGivenTwice_parsed_isRefusedByName() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Fault.parse(Map.of("latency", List.of("1s", "2s"))));
    assertEquals("latency is given 2 times; accepted is once", e.getMessage());
  }
}
