package io.github.deadlinefilter;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Figures of the last hour, for people and for programs: in the same digits in every locale, and
 * without an exponent. Stateless.
 */
final class Figure {
  private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_UP);
  private static final MathContext SIX_DIGITS = new MathContext(6, RoundingMode.HALF_UP);

  private Figure() {}

  /** A time to three digits, such as {@code 1.23s}, {@code 45ms} or {@code 65.5us}. */
  static String time(long nanos) {
    BigDecimal rounded = BigDecimal.valueOf(nanos).round(THREE_DIGITS);
    long whole = rounded.longValue();
    if (whole >= 1_000_000_000) {
      return plain(rounded.movePointLeft(9)) + "s";
    } else if (whole >= 1_000_000) {
      return plain(rounded.movePointLeft(6)) + "ms";
    }
    return plain(rounded.movePointLeft(3)) + "us";
  }

  /** A share from 0 to 1 in percent, to three digits, such as {@code 0.03 %}. */
  static String percent(double share) {
    return plain(BigDecimal.valueOf(share).movePointRight(2).round(THREE_DIGITS)) + " %";
  }

  /** A share from 0 to 1 as a number. */
  static String number(double share) {
    return plain(BigDecimal.valueOf(share).round(SIX_DIGITS));
  }

  /** A time as a number of milliseconds, to the microsecond. */
  static String millis(long nanos) {
    return plain(BigDecimal.valueOf(nanos, 6).setScale(3, RoundingMode.HALF_UP));
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
