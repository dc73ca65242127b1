package io.github.deadlinefilter;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The headers by which a client can say how long it will wait. */
enum ClientHeader {
  /** RFC 7240; of its preferences the value of {@code wait}: whole seconds. */
  PREFER("Prefer"),
  /** Seconds, or a number with a unit: {@code 2.5}, {@code 500ms}. */
  X_REQUEST_TIMEOUT("X-Request-Timeout"),
  /** Of the gRPC protocol: at most 8 digits and a unit, {@code 100m} for 100 ms. */
  GRPC_TIMEOUT("grpc-timeout"),
  /** Of Envoy: whole milliseconds. */
  X_ENVOY_EXPECTED_RQ_TIMEOUT_MS("X-Envoy-Expected-Rq-Timeout-Ms");

  private static final int MOST_GRPC_DIGITS = 8;
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

  private final String field;

  ClientHeader(String field) {
    this.field = field;
  }

  /** The name of the header. */
  String field() {
    return field;
  }

  /** Nanoseconds, {@link Long#MAX_VALUE} for what is more, or {@link Digits#MALFORMED}. */
  long nanos(String value) {
    return switch (this) {
      case PREFER -> unit(value, value.length(), TimeUnit.SECONDS, /* whole= */ true);
      case X_REQUEST_TIMEOUT -> withUnit(value);
      case GRPC_TIMEOUT -> grpc(value);
      case X_ENVOY_EXPECTED_RQ_TIMEOUT_MS ->
          unit(value, value.length(), TimeUnit.MILLISECONDS, /* whole= */ true);
    };
  }

  /** Reads the setting: names in any case, separated by commas, or {@code none}. */
  static Set<ClientHeader> parse(Given given) throws SettingsException {
    Set<ClientHeader> headers = new LinkedHashSet<>();
    if (given.text().equals("none")) {
      return headers;
    }
    for (String name : COMMA.split(given.text(), -1)) {
      ClientHeader header =
          Arrays.stream(values())
              .filter(one -> one.field.equalsIgnoreCase(name))
              .findAny()
              .orElseThrow(() -> SettingsException.notAClientHeader(given, name, accepted()));
      if (!headers.add(header)) {
        throw SettingsException.duplicateClientHeader(given, header.field);
      }
    }
    return headers;
  }

  private static String accepted() {
    return Arrays.stream(values()).map(ClientHeader::field).collect(Collectors.joining(", "))
        + ", several separated by commas, or none";
  }

  private static long withUnit(String value) {
    int letters = value.length();
    while (letters > 0 && isLetter(value.charAt(letters - 1))) {
      letters--;
    }
    @Nullable TimeUnit unit =
        switch (value.substring(letters).toLowerCase(Locale.ROOT)) {
          case "", "s" -> TimeUnit.SECONDS;
          case "ms" -> TimeUnit.MILLISECONDS;
          case "us" -> TimeUnit.MICROSECONDS;
          case "m" -> TimeUnit.MINUTES;
          case "h" -> TimeUnit.HOURS;
          default -> null;
        };
    return unit == null ? Digits.MALFORMED : unit(value, letters, unit, /* whole= */ false);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static long grpc(String value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > MOST_GRPC_DIGITS) {
      return Digits.MALFORMED;
    }
    @Nullable TimeUnit unit =
        switch (value.charAt(digits)) {
          case 'H' -> TimeUnit.HOURS;
          case 'M' -> TimeUnit.MINUTES;
          case 'S' -> TimeUnit.SECONDS;
          case 'm' -> TimeUnit.MILLISECONDS;
          case 'u' -> TimeUnit.MICROSECONDS;
          case 'n' -> TimeUnit.NANOSECONDS;
          default -> null;
        };
    return unit == null ? Digits.MALFORMED : unit(value, digits, unit, /* whole= */ true);
  }

  private static long unit(String value, int to, TimeUnit unit, boolean whole) {
    return whole && Digits.end(value, 0) != to
        ? Digits.MALFORMED
        : Digits.times(value, 0, to, unit.toNanos(1));
  }
}
