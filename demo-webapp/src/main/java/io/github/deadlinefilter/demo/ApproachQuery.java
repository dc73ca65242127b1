package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants tried: {@code ?slow=http|cache|redis|db&delay=SECONDS&timeout=SECONDS}.
 *
 * @param slow which function, {@code http} where the request does not say
 * @param delay how long it is to take
 * @param timeoutSeconds how long it may take, 1 where the request does not say
 */
record ApproachQuery(Slow slow, Delay delay, BigDecimal timeoutSeconds) {
  private static final String SLOW = "slow";
  private static final SecondsParameter TIMEOUT =
      new SecondsParameter("timeout", new BigDecimal("0.001"), BigDecimal.ONE);

  /** Which of the slow functions. */
  enum Slow {
    HTTP,
    CACHE,
    REDIS,
    DB;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static ApproachQuery of(HttpServletRequest request) throws BadParameter {
    return new ApproachQuery(
        slow(request.getParameterValues(SLOW)),
        Delay.of(request),
        timeout(request.getParameterValues(TIMEOUT.name())));
  }

  static Slow slow(String @Nullable ... given) throws BadParameter {
    if (given == null) {
      return Slow.HTTP;
    }
    String all = String.join(", ", given);
    for (Slow slow : Slow.values()) {
      if (slow.toString().equals(all)) {
        return slow;
      }
    }
    throw new BadParameter(SLOW, all, "one of http, cache, redis and db is accepted");
  }

  static BigDecimal timeout(String @Nullable ... given) throws BadParameter {
    return TIMEOUT.read(given);
  }

  Duration timeout() {
    return SecondsParameter.duration(timeoutSeconds);
  }
}
