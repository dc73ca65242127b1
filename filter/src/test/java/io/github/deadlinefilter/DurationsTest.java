package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused stands in {@link SettingsRefusalTest}. */
class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, 500000000, 500ms",
    "1500ms, 1500000000, 1500ms",
    "1.5s, 1500000000, 1500ms",
    "5s, 5000000000, 5s",
    "+5s, 5000000000, 5s",
    "PT5S, 5000000000, 5s",
    "PT1M0.5S, 60500000000, 60500ms",
    "90s, 90000000000, 90s",
    "120s, 120000000000, 2m",
    "2m, 120000000000, 2m",
    "1h, 3600000000000, 1h",
    "P1D, 86400000000000, 24h",
    "8760h, 31536000000000000, 8760h",
    "250us, 250000, 250us",
    "0.5us, 500, 500ns",
    "0ms, 0, 0ms",
    "0h, 0, 0ms",
    "007s, 7000000000, 7s",
  })
  void duration_isReadAndWritten_exactAndShortest(String text, long nanos, String shortest)
      throws SettingsException {
    assertEquals(nanos, parse(text));
    assertEquals(shortest, Nanos.format(nanos));
  }

  @Test
  void none_isReadAndWritten_asNoDeadline() {
    assertTrue(Durations.isNone("none"));
    assertFalse(Durations.isNone("0s"));
    assertEquals("none", Nanos.format(Route.NO_DEADLINE));
  }

  @Test
  void anyDuration_isWrittenAndRead_staysTheSame() throws SettingsException {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      long nanos = random.nextLong(31_536_000_000_000_000L);
      nanos -= nanos % (long) Math.pow(10, random.nextInt(13));
      assertEquals(nanos, parse(Nanos.format(nanos)));
    }
  }

  private static long parse(String text) throws SettingsException {
    return Durations.parse(new Given("test", text, "test"), Given.DURATIONS);
  }
}
