package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApproachQueryTest {
  @Test
  void nothingGiven_isHttpForOneSecond() throws BadParameter {
    assertEquals(ApproachQuery.Slow.HTTP, ApproachQuery.slow((String[]) null));
    assertEquals(BigDecimal.ONE, ApproachQuery.timeout((String[]) null));
  }

  @ParameterizedTest
  @EnumSource
  void everyFunction_isFoundByTheNameThatItShows(ApproachQuery.Slow slow) throws BadParameter {
    assertEquals(slow, ApproachQuery.slow(slow.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP", "sql", "http,db"})
  void otherFunction_isRefusedByName(String given) {
    var e = assertThrows(BadParameter.class, () -> ApproachQuery.slow(given));
    assertEquals(
        "slow is \"" + given + "\", but one of http, cache, redis and db is accepted",
        e.getMessage());
  }

  @Test
  void functionGivenTwice_isRefused() {
    assertThrows(BadParameter.class, () -> ApproachQuery.slow("http", "http"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.000", "-1", "60.001", "1s", "none"})
  void otherTimeout_isRefusedByName(String given) {
    var e = assertThrows(BadParameter.class, () -> ApproachQuery.timeout(given));
    assertEquals(
        "timeout is \""
            + given
            + "\", but one number of seconds from 0.001 to 60 with at most 3 decimals is accepted,"
            + " such as 0.5 or 3",
        e.getMessage());
  }
}
