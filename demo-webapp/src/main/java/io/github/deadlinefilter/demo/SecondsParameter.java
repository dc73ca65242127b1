package io.github.deadlinefilter.demo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parameter that is a number of seconds, of at most {@value #MOST}.
 *
 * @param least the smallest that is accepted
 * @param orElse what it is where the request does not say
 */
record SecondsParameter(String name, BigDecimal least, BigDecimal orElse) {
  private static final int MOST = 60;
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,3})?");

  /** No other spelling of a number, and none outside the bounds, is let through. */
  BigDecimal read(String @Nullable ... given) throws BadParameter {
    if (given == null) {
      return orElse;
    }
    if (given.length != 1) {
      throw bad(String.join(", ", given));
    }
    if (!DECIMAL.matcher(given[0]).matches()) {
      throw bad(given[0]);
    }
    var seconds = new BigDecimal(given[0]);
    if (seconds.compareTo(least) < 0 || seconds.compareTo(BigDecimal.valueOf(MOST)) > 0) {
      throw bad(given[0]);
    }
    return seconds;
  }

  private BadParameter bad(String given) {
    return new BadParameter(
        name,
        given,
        "one number of seconds from "
            + least
            + " to "
            + MOST
            + " with at most 3 decimals is accepted, such as 0.5 or 3");
  }

  static Duration duration(BigDecimal seconds) {
    return Duration.ofMillis(seconds.movePointRight(3).longValueExact());
  }
}
