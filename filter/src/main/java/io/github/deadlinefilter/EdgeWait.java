package io.github.deadlinefilter;

import io.github.deadlinefilter.IgnoredValues.Why;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a request has been on its way from the edge to this filter, by the header of {@link
 * RequestStart}. That is the difference of two machines' wall clocks, so what cannot be is taken
 * for a wrong clock, and for no wait: no clock may make a whole site answer 503.
 *
 * <p>Thread-safe; without the header nothing is allocated.
 */
final class EdgeWait {
  static final LongSupplier WALL = () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());

  /** Nobody has waited longer than this beside the overtime, and is waiting still. */
  private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);

  /** How much two clocks that are well may differ. */
  private static final long SKEW = TimeUnit.SECONDS.toNanos(1);

  /** Of these a client on HTTP/2 may begin a body and not say how long it is. */
  private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

  private final @Nullable RequestStart setting;
  private final LongSupplier wallNanos;
  private final IgnoredValues ignored;

  /**
   * @param setting null where the header is not to be read
   * @param wallNanos the time now, in nanoseconds since 1970
   */
  EdgeWait(@Nullable RequestStart setting, LongSupplier wallNanos) {
    this.setting = setting;
    this.wallNanos = wallNanos;
    this.ignored = new IgnoredValues(setting == null ? "none" : setting.header());
  }

  IgnoredValues ignored() {
    return ignored;
  }

  /** In nanoseconds, without the overtime of a request with a body; 0 if nothing is known. */
  long nanos(HttpServletRequest request) {
    if (setting == null) {
      return 0;
    }
    String value = request.getHeader(setting.header());
    if (value == null) {
      return 0;
    }
    long start = RequestStart.epochNanos(value);
    if (start == Digits.MALFORMED) {
      return ignore(Why.MALFORMED, value);
    } else if (isRepeated(request, setting.header())) {
      return ignore(Why.REPEATED, value);
    }
    long waited = wallNanos.getAsLong() - start;
    if (waited < 0) {
      return waited < -SKEW ? ignore(Why.FUTURE, value) : 0;
    }
    if (hasBody(request)) {
      waited = Math.max(0, waited - setting.overtimeNanos());
    }
    return waited > LONGEST ? ignore(Why.TOO_OLD, value) : waited;
  }

  private long ignore(Why why, String value) {
    ignored.add(why, value);
    return 0;
  }

  /** Whether the header, which is there, is there once more. */
  static boolean isRepeated(HttpServletRequest request, String header) {
    @Nullable Enumeration<String> values = request.getHeaders(header);
    if (values == null || !values.hasMoreElements()) {
      return false; // a wrapper that knows of one of the two methods alone
    }
    values.nextElement();
    return values.hasMoreElements();
  }

  private static boolean hasBody(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length > 0
        || (length < 0
            && (request.getHeader("Transfer-Encoding") != null
                || (!ContainerQuirks.isHttp1(request) && WITH_BODY.contains(request.getMethod()))));
  }
}
