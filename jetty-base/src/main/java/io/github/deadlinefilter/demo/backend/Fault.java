package io.github.deadlinefilter.demo.backend;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with the network in front of one backend. Immutable.
 *
 * @param latency by how much every reply comes later
 * @param jitter up to how much later still, anew for every piece; order is kept
 * @param bandwidth bytes a second in each direction, 0 for no limit
 * @param blackhole nothing passes in either direction, and no connection is closed for it
 * @param reset every connection, old or new, is reset as soon as something is to pass; with {@code
 *     blackhole} nothing ever is
 */
record Fault(Duration latency, Duration jitter, long bandwidth, boolean blackhole, boolean reset) {
  static final Fault NONE = new Fault(Duration.ZERO, Duration.ZERO, 0, false, false);

  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s)");
  private static final Pattern BANDWIDTH = Pattern.compile("[1-9][0-9]{0,8}");

  /**
   * A fault from parameters by name; those not given are as in {@link #NONE}.
   *
   * @throws IllegalArgumentException naming the parameter, its value and what is accepted
   */
  static Fault parse(Map<String, List<String>> parameters) {
    Duration latency = Duration.ZERO;
    Duration jitter = Duration.ZERO;
    long bandwidth = 0;
    boolean blackhole = false;
    boolean reset = false;
    for (var parameter : parameters.entrySet()) {
      String name = parameter.getKey();
      String value = only(name, parameter.getValue());
      switch (name) {
        case "latency" -> latency = duration(name, value);
        case "jitter" -> jitter = duration(name, value);
        case "bandwidth" -> bandwidth = bandwidth(value);
        case "blackhole" -> blackhole = bool(name, value);
        case "reset" -> reset = bool(name, value);
        default ->
            throw new IllegalArgumentException(
                name + " is unknown; accepted are latency, jitter, bandwidth, blackhole and reset");
      }
    }
    return new Fault(latency, jitter, bandwidth, blackhole, reset);
  }

  private static String only(String name, Collection<String> values) {
    if (values.size() != 1) {
      throw new IllegalArgumentException(
          name + " is given " + values.size() + " times; accepted is once");
    }
    return values.iterator().next();
  }

  private static Duration duration(String name, String value) {
    Matcher given = DURATION.matcher(value);
    if (given.matches()) {
      long amount = Long.parseLong(given.group(1));
      Duration duration =
          given.group(2).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
      if (duration.compareTo(LONGEST) <= 0) {
        return duration;
      }
    }
    throw refused(
        name, value, "a duration from 0ms to " + LONGEST.toSeconds() + "s, such as 200ms or 3s");
  }

  private static long bandwidth(String value) {
    if (BANDWIDTH.matcher(value).matches()) {
      return Long.parseLong(value);
    }
    throw refused("bandwidth", value, "bytes a second from 1 to 999999999");
  }

  private static boolean bool(String name, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw refused(name, value, "true or false");
    };
  }

  private static IllegalArgumentException refused(String name, String value, String accepted) {
    return new IllegalArgumentException(name + " is \"" + value + "\"; accepted is " + accepted);
  }

  /** The fields of a JSON object, without its braces. */
  String jsonFields() {
    return ("\"latency\": \"%dms\", \"jitter\": \"%dms\", \"bandwidth\": %s, \"blackhole\": %s,"
            + " \"reset\": %s")
        .formatted(
            latency.toMillis(),
            jitter.toMillis(),
            bandwidth == 0 ? "null" : bandwidth,
            blackhole,
            reset);
  }
}
