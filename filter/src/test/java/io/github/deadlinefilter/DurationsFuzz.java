package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fuzzes one duration: it is read as what it says, or refused by name. The input is the value of a
 * parameter.
 */
final class DurationsFuzz {
  private static final Pattern DECIMAL = Pattern.compile("\\+?([0-9]+)(?:\\.([0-9]+))?([a-z]+)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns",
          1L,
          "us",
          1_000L,
          "ms",
          1_000_000L,
          "s",
          1_000_000_000L,
          "m",
          60_000_000_000L,
          "h",
          3_600_000_000_000L);
  private static final BigInteger YEAR = BigInteger.valueOf(Duration.ofDays(365).toNanos());

  private DurationsFuzz() {}

  @FunctionalInterface
  private interface Reading {
    long read() throws SettingsException;
  }

  public static void fuzzerTestOneInput(byte[] input) throws SettingsException {
    String text = new String(input, UTF_8).strip();
    Given given = new Given("grace", text, "web.xml");
    boolean none = text.equals("none");
    BigInteger expected = none ? null : expected(text);

    assertEquals(expected, read(given, given::nanos));
    BigInteger positive = expected == null || expected.signum() == 0 ? null : expected;
    BigInteger noLimit = BigInteger.valueOf(Long.MAX_VALUE);
    assertEquals(none ? noLimit : positive, read(given, given::deadlineNanos));
    assertEquals(none ? noLimit : positive, read(given, given::idleNanos));
    BigInteger seconds = read(given, given::retryAfterSeconds);
    if (none) {
      assertEquals(BigInteger.ONE.negate(), seconds);
    } else if (seconds != null) {
      assertEquals(positive, seconds.multiply(BigInteger.valueOf(1_000_000_000L)));
    } else if (positive != null) {
      assertEquals(1, positive.mod(BigInteger.valueOf(1_000_000_000L)).signum());
    }
    if (expected != null) {
      String written = Nanos.format(expected.longValueExact());
      assertEquals(
          expected.longValueExact(),
          Durations.parse(new Given("grace", written, "web.xml"), ""),
          written);
    }
  }

  private static @Nullable BigInteger read(Given given, Reading reading) {
    try {
      return BigInteger.valueOf(reading.read());
    } catch (SettingsException e) {
      Refusals.check(e, "grace", '"' + given.text() + '"');
      return null;
    }
  }

  /** In nanoseconds, or null if it must be refused. */
  private static @Nullable BigInteger expected(String text) {
    BigInteger nanos;
    Matcher decimal = DECIMAL.matcher(text);
    if (decimal.matches()) {
      Long unit = NANOS.get(decimal.group(3));
      if (unit == null) {
        return null;
      }
      String fraction = decimal.group(2) == null ? "" : decimal.group(2);
      BigInteger[] exact =
          new BigInteger(decimal.group(1) + fraction)
              .multiply(BigInteger.valueOf(unit))
              .divideAndRemainder(BigInteger.TEN.pow(fraction.length()));
      if (exact[1].signum() != 0) {
        return null;
      }
      nanos = exact[0];
    } else {
      Duration iso = iso(text);
      if (iso == null) {
        return zeroBelowZero(text) ? BigInteger.ZERO : null;
      }
      nanos =
          BigInteger.valueOf(iso.getSeconds())
              .multiply(BigInteger.valueOf(1_000_000_000L))
              .add(BigInteger.valueOf(iso.getNano()));
    }
    return nanos.signum() < 0 || nanos.compareTo(YEAR) > 0 ? null : nanos;
  }

  /** {@code -0s} is zero. */
  private static boolean zeroBelowZero(String text) {
    if (!text.startsWith("-")) {
      return false;
    }
    Matcher decimal = DECIMAL.matcher(text.substring(1));
    return decimal.matches()
        && text.charAt(1) != '+'
        && NANOS.containsKey(decimal.group(3))
        && text.chars().noneMatch(c -> c >= '1' && c <= '9');
  }

  private static @Nullable Duration iso(String text) {
    if (!text.matches("[+-]?P[^\\s].*")) {
      return null;
    }
    try {
      return Duration.parse(text);
    } catch (RuntimeException e) {
      return null;
    }
  }
}
