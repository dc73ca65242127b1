package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelayTest {
  @Test
  void absent_isZero() throws BadParameter {
    assertTrue(Delay.of((String[]) null).isZero());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.5, 500", "2.125, 2125", "60, 60000", "60.000, 60000", "07, 7000"})
  void decimalSeconds_areTaken(String given, long millis) throws BadParameter {
    Delay delay = Delay.of(given);
    assertEquals(Duration.ofMillis(millis), delay.duration());
    assertEquals(new BigDecimal(given), delay.seconds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "x", "-1", "+1", "1e1", "60.001", "61", "1.2345", " 1", "1.", ".5", "NaN", "١"
      })
  void anythingElse_isRefusedByName(String given) {
    var e = assertThrows(BadParameter.class, () -> Delay.of(given));
    assertEquals(
        "delay is \""
            + given
            + "\", but one number of seconds from 0 to 60 with at most 3 decimals is accepted,"
            + " such as 0.5 or 3",
        e.getMessage());
  }

  @Test
  void givenTwice_isRefused() {
    assertThrows(BadParameter.class, () -> Delay.of("1", "1"));
  }

  @Test
  void longValue_isShownShortened() {
    var e = assertThrows(BadParameter.class, () -> Delay.of("9".repeat(10_000)));
    assertTrue(String.valueOf(e.getMessage()).length() < 200, e.getMessage());
  }
}
