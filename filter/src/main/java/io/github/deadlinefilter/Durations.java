package io.github.deadlinefilter;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them in settings and read them in logs: {@code 500ms}, {@code 5s},
 * {@code 2m}, {@code 1h}, or in ISO form {@code PT5S}. Stateless, called from any thread.
 *
 * <p>A number alone is refused, not guessed at: half of the world's timeout settings are in
 * seconds, the other half in milliseconds. Inside, durations are nanoseconds; what is finer than
 * one, or longer than a year, is refused.
 */
final class Durations {
  private static final String NONE = "none";
  private static final Pattern AMOUNT = Pattern.compile("([+-]?)(\\d+(?:\\.\\d+)?)([a-z]*)");
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Duration.ofDays(365).toNanos());
  private static final Map<String, Long> NANOS_LARGEST_FIRST = new LinkedHashMap<>();

  static {
    NANOS_LARGEST_FIRST.put("h", 3_600_000_000_000L);
    NANOS_LARGEST_FIRST.put("m", 60_000_000_000L);
    NANOS_LARGEST_FIRST.put("s", 1_000_000_000L);
    NANOS_LARGEST_FIRST.put("ms", 1_000_000L);
    NANOS_LARGEST_FIRST.put("us", 1_000L);
    NANOS_LARGEST_FIRST.put("ns", 1L);
  }

  private Durations() {}

  static boolean isNone(String text) {
    return text.equals(NONE);
  }

  /**
   * Reads a duration of 0 to 365 days; {@code none} is not one.
   *
   * @param accepted what the message of a refusal offers instead
   * @return nanoseconds
   */
  static long parse(Given given, String accepted) throws SettingsException {
    String text = given.text();
    Matcher amount = AMOUNT.matcher(text);
    BigDecimal nanos;
    if (amount.matches()) {
      Long unit = NANOS_LARGEST_FIRST.get(amount.group(3));
      if (amount.group(3).isEmpty()) {
        throw SettingsException.durationWithoutUnit(given, accepted);
      } else if (unit == null) {
        throw SettingsException.notADuration(given, accepted);
      }
      nanos = new BigDecimal(amount.group(1) + amount.group(2)).multiply(BigDecimal.valueOf(unit));
    } else if (text.startsWith("P") || text.startsWith("-P") || text.startsWith("+P")) {
      nanos = inNanos(iso(given, accepted));
    } else {
      throw SettingsException.notADuration(given, accepted);
    }
    if (nanos.signum() < 0) {
      throw SettingsException.negativeDuration(given, accepted);
    } else if (nanos.compareTo(LONGEST) > 0) {
      throw SettingsException.durationTooLong(given, accepted);
    } else if (nanos.stripTrailingZeros().scale() > 0) {
      throw SettingsException.durationTooFine(given, accepted);
    }
    return nanos.longValueExact();
  }

  private static Duration iso(Given given, String accepted) throws SettingsException {
    try {
      return Duration.parse(given.text());
    } catch (DateTimeException e) {
      throw SettingsException.notADuration(given, accepted);
    }
  }

  private static BigDecimal inNanos(Duration duration) {
    return BigDecimal.valueOf(duration.getSeconds())
        .movePointRight(9)
        .add(BigDecimal.valueOf(duration.getNano()));
  }
}
