package io.github.deadlinefilter;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Counts the values of one header that were not taken for what they say, and shows the first of
 * each kind in the log.
 *
 * <p>Thread-safe.
 */
final class IgnoredValues {
  /** Why one was not. */
  enum Why {
    /** Not in a form that is known. */
    MALFORMED,
    /** Said more than once. */
    REPEATED,
    /** No time at all. */
    ZERO,
    /** The clock of whoever sent it is ahead of this one. */
    FUTURE,
    /** So long ago that rather a clock is wrong. */
    TOO_OLD;

    /** For programs: logs and metrics. */
    String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final int LONGEST_SHOWN = 40;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final String header;
  private final Map<Why, AtomicLong> counts = new EnumMap<>(Why.class);

  IgnoredValues(String header) {
    this.header = header;
    for (Why why : Why.values()) {
      counts.put(why, new AtomicLong());
    }
  }

  void add(Why why, String value) {
    if (counter(why).getAndIncrement() == 0) {
      LOG.log(
          // A clock that is wrong is the operator's to mend; the others are the clients' doing.
          why == Why.FUTURE || why == Why.TOO_OLD
              ? System.Logger.Level.WARNING
              : System.Logger.Level.INFO,
          "Ignored: header=" + header + " why=" + why.code() + " value=\"" + shown(value) + '"');
    }
  }

  long count(Why why) {
    return counter(why).get();
  }

  /** How many there have been until now, by the code of the reason. */
  Map<String, LongSupplier> counts() {
    return Arrays.stream(Why.values())
        .collect(Collectors.toMap(Why::code, why -> () -> count(why)));
  }

  private AtomicLong counter(Why why) {
    return Objects.requireNonNull(counts.get(why), "counter");
  }

  String header() {
    return header;
  }

  /** A value is the client's text. */
  private static String shown(String value) {
    String some = value.length() > LONGEST_SHOWN ? value.substring(0, LONGEST_SHOWN) : value;
    return some.replaceAll("[^A-Za-z0-9 .,;:=_+-]", "?");
  }
}
