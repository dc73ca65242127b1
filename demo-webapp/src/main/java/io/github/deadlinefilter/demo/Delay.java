package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a request wants its view to be slow: {@code ?delay=SECONDS}, zero where it does not say.
 */
record Delay(BigDecimal seconds) {
  private static final String PARAMETER = "delay";
  private static final BigDecimal LONGEST = BigDecimal.valueOf(60);
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,3})?");
  private static final int SHOWN = 40;

  /**
   * Reads the parameter; no other spelling of a number, and none above the longest, is let through.
   */
  static Delay of(HttpServletRequest request) throws BadDelay {
    return of(request.getParameterValues(PARAMETER));
  }

  static Delay of(String @Nullable ... given) throws BadDelay {
    if (given == null) {
      return new Delay(BigDecimal.ZERO);
    }
    if (given.length != 1) {
      throw new BadDelay(String.join(", ", given));
    }
    if (!DECIMAL.matcher(given[0]).matches()) {
      throw new BadDelay(given[0]);
    }
    var seconds = new BigDecimal(given[0]);
    if (seconds.compareTo(LONGEST) > 0) {
      throw new BadDelay(given[0]);
    }
    return new Delay(seconds);
  }

  Duration duration() {
    return Duration.ofMillis(seconds.movePointRight(3).longValueExact());
  }

  boolean isZero() {
    return seconds.signum() == 0;
  }

  /** Seconds as the backends take them: plain digits, no exponent. */
  @Override
  public String toString() {
    return seconds.toPlainString();
  }

  /** The request's own fault; the message is what the client is told. */
  static final class BadDelay extends Exception {
    private static final long serialVersionUID = 1L;

    private BadDelay(String given) {
      super(
          PARAMETER
              + " is \""
              + (given.length() > SHOWN ? given.substring(0, SHOWN) + "..." : given)
              + "\", but one number of seconds from 0 to "
              + LONGEST
              + " with at most 3 decimals is accepted, such as 0.5 or 3");
    }
  }
}
