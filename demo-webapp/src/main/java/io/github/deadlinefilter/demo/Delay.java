package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a request wants its view to be slow: {@code ?delay=SECONDS}, zero where it does not say.
 *
 * @param run by which name the backends are asked, so that they can tell what they do for it
 */
record Delay(BigDecimal seconds, String run) {
  private static final SecondsParameter PARAMETER =
      new SecondsParameter("delay", BigDecimal.ZERO, BigDecimal.ZERO);

  static Delay of(HttpServletRequest request) throws BadParameter {
    String[] given = request.getParameterValues(PARAMETER.name());
    return new Delay(PARAMETER.read(given), RunName.of(request));
  }

  static Delay of(String @Nullable ... given) throws BadParameter {
    return new Delay(PARAMETER.read(given), RunName.NONE);
  }

  Duration duration() {
    return SecondsParameter.duration(seconds);
  }

  boolean isZero() {
    return seconds.signum() == 0;
  }

  /** Seconds as the backends take them: plain digits, no exponent. */
  @Override
  public String toString() {
    return seconds.toPlainString();
  }
}
