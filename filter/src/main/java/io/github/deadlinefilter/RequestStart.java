package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header that says when the edge received a request: {@code HEADER [overtime=DURATION]}.
 * Immutable.
 *
 * @param header its name
 * @param overtimeNanos how long a request with a body may have been on its way for nothing: the
 *     edge may have waited for its client; 0 or more
 */
record RequestStart(String header, long overtimeNanos) {
  static final String FORM =
      "HEADER [overtime=DURATION], such as X-Request-Start overtime=60s, or none";

  private static final String USUAL_OVERTIME = "60s";
  private static final Pattern SETTING =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\\s+overtime=(\\S+))?");

  // A point in time in these units has so many digits from 2001 to 2286.
  private static final int SECONDS = 10;
  private static final int MILLIS = 13;
  private static final int MICROS = 16;
  private static final int NANOS = 19;

  static RequestStart parse(Given given) throws SettingsException {
    Matcher setting = SETTING.matcher(given.text());
    if (!setting.matches()) {
      throw SettingsException.notOneOf(given, FORM);
    }
    String place = given.place() + ": " + SettingsException.quote(given.text());
    @Nullable String overtime = setting.group(2);
    Given length =
        new Given("overtime of requestStart", overtime == null ? USUAL_OVERTIME : overtime, place);
    return new RequestStart(setting.group(1), length.nanos());
  }

  /**
   * Reads the header: {@code [t=]} and then seconds since 1970 with or without a fraction,
   * milliseconds, microseconds or nanoseconds, told apart by how many digits they have.
   *
   * @return nanoseconds since 1970, or {@link Digits#MALFORMED}
   */
  static long epochNanos(String value) {
    int from = value.startsWith("t=") ? 2 : 0;
    int whole = Digits.end(value, from);
    long unit =
        switch (whole - from) {
          case SECONDS -> TimeUnit.SECONDS.toNanos(1);
          case MILLIS -> TimeUnit.MILLISECONDS.toNanos(1);
          case MICROS -> TimeUnit.MICROSECONDS.toNanos(1);
          case NANOS -> 1;
          default -> 0;
        };
    if (unit == 0 || (whole < value.length() && whole - from != SECONDS)) {
      return Digits.MALFORMED;
    }
    long nanos = Digits.times(value, from, value.length(), unit);
    return nanos == Long.MAX_VALUE ? Digits.MALFORMED : nanos;
  }

  @Override
  public String toString() {
    return header + " overtime=" + Nanos.format(overtimeNanos);
  }
}
