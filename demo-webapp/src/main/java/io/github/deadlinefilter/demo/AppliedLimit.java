package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.Deadline;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limit that a view says it is under: what the request's deadline had left when the view began,
 * whichever setting it came from, in seconds rounded to tenths.
 */
final class AppliedLimit {
  private static final Duration ENDLESS = Duration.ofNanos(Long.MAX_VALUE);

  private AppliedLimit() {}

  /** Called when the view begins, on its thread; null if nothing limits this request. */
  static @Nullable String now() {
    return of(Deadline.current().remaining());
  }

  static @Nullable String of(Duration remaining) {
    if (remaining.equals(ENDLESS)) {
      return null;
    }
    return BigDecimal.valueOf(remaining.toMillis(), 3)
        .setScale(1, RoundingMode.HALF_UP)
        .toPlainString();
  }
}
