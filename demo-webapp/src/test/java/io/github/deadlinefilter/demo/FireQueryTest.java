package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FireQueryTest {
  @Test
  void nothingSaid_isOneRequestOfTheFilter() throws BadParameter {
    FireQuery query = of(null, null, null);
    assertEquals(List.of("filter"), query.hows());
    assertEquals("/http?delay=3", query.path("filter"));
    assertEquals(1, query.count());
  }

  @Test
  void approach_hasItsPath() throws BadParameter {
    assertEquals(
        "/approaches/timer?slow=redis&delay=3&timeout=1.5",
        of("timer", "redis", "100").path("timer"));
  }

  @Test
  void all_areTheSixAndTheFilter() throws BadParameter {
    assertEquals(
        List.of("baseline", "thread", "timer", "virtual", "cooperative", "budget", "filter"),
        of("all", "db", null).hows());
  }

  @Test
  void cpu_isForTheFilter() throws BadParameter {
    assertEquals("/cpu?delay=3", of("filter", "cpu", null).path("filter"));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "x, -, -, 'how is \"x\", but one of filter, all, baseline, thread'",
        "-, x, -, 'slow is \"x\", but one of http, cache, redis and db'",
        "timer, cpu, -, 'slow is \"cpu\", but the approaches take'",
        "all, cpu, -, 'slow is \"cpu\", but the approaches take'",
        "-, -, 0, 'count is \"0\", but a number from 1 to 100'",
        "-, -, 101, 'count is \"101\", but a number from 1 to 100'",
        "-, -, 1e1, 'count is \"1e1\", but'",
        "../metrics, -, -, 'how is \"../metrics\", but'",
      })
  void anythingElse_isRefusedByName(
      @Nullable String how, @Nullable String slow, @Nullable String count, String part) {
    var e = assertThrows(BadParameter.class, () -> of(how, slow, count));
    assertTrue(String.valueOf(e.getMessage()).startsWith(part), e.getMessage());
  }

  @Test
  void givenTwice_isRefused() {
    var e =
        assertThrows(
            BadParameter.class,
            () ->
                FireQuery.of(
                    new String[] {"thread", "timer"},
                    null,
                    Delay.of("3"),
                    BigDecimal.ONE,
                    /* counts= */ null));
    assertEquals("how is \"thread, timer\", but it is accepted once", e.getMessage());
  }

  private static FireQuery of(@Nullable String how, @Nullable String slow, @Nullable String count)
      throws BadParameter {
    return FireQuery.of(
        given(how), given(slow), Delay.of("3"), new BigDecimal("1.5"), given(count));
  }

  private static String @Nullable [] given(@Nullable String value) {
    return value == null ? null : new String[] {value};
  }
}
