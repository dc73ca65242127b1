package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the page is to fire: {@code
 * ?how=filter|APPROACH|all&slow=http|cache|redis|db|cpu&delay=SECONDS&timeout=SECONDS&count=1}.
 *
 * @param how the filter, an approach, or all of these side by side
 * @param delay in seconds, as the requests have it
 * @param timeout of the approaches, in seconds; the filter's is in {@code web.xml}
 * @param count how many requests at once, of each
 */
record FireQuery(String how, String slow, Delay delay, BigDecimal timeout, int count) {
  static final String FILTER = "filter";
  static final String BASELINE = "baseline";
  static final String CPU = "cpu";
  static final String ALL = "all";

  private static final List<String> APPROACHES =
      List.of(BASELINE, "thread", "timer", Approaches.VIRTUAL, "cooperative", "budget");
  private static final Set<String> NAMES = Set.of("how", "slow", "delay", "timeout", "count");
  private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,2}");

  static FireQuery of(HttpServletRequest request) throws BadParameter {
    for (String name : request.getParameterMap().keySet()) {
      if (!NAMES.contains(name)) {
        throw new BadParameter(
            name, request.getParameter(name), "only how, slow, delay, timeout and count are known");
      }
    }
    return of(
        request.getParameterValues("how"),
        request.getParameterValues("slow"),
        Delay.of(request.getParameterValues("delay")),
        ApproachQuery.timeout(request.getParameterValues("timeout")),
        request.getParameterValues("count"));
  }

  static FireQuery of(
      String @Nullable [] hows,
      String @Nullable [] slows,
      Delay delay,
      BigDecimal timeout,
      String @Nullable [] counts)
      throws BadParameter {
    String how = one("how", hows, FILTER);
    if (!how.equals(FILTER) && !how.equals(ALL) && !APPROACHES.contains(how)) {
      throw new BadParameter(
          "how", how, "one of filter, all, " + String.join(", ", APPROACHES) + " is accepted");
    }
    String slow = one("slow", slows, "http");
    if (!slow.equals(CPU)) {
      slow = ApproachQuery.slow(slow).toString();
    } else if (!how.equals(FILTER)) {
      throw new BadParameter("slow", slow, "the approaches take one of http, cache, redis and db");
    }
    return new FireQuery(how, slow, delay, timeout, count(one("count", counts, "1")));
  }

  private static String one(String name, String @Nullable [] given, String orElse)
      throws BadParameter {
    if (given == null) {
      return orElse;
    }
    if (given.length != 1) {
      throw new BadParameter(name, String.join(", ", given), "it is accepted once");
    }
    return given[0];
  }

  private static int count(String given) throws BadParameter {
    int count = COUNT.matcher(given).matches() ? Integer.parseInt(given) : 0;
    if (count < 1 || count > FiredRequests.MOST) {
      throw new BadParameter(
          "count", given, "a number from 1 to " + FiredRequests.MOST + " is accepted");
    }
    return count;
  }

  List<String> hows() {
    if (!how.equals(ALL)) {
      return List.of(how);
    }
    var all = new java.util.ArrayList<>(APPROACHES);
    all.add(FILTER);
    return all;
  }

  /** Of one of {@link #hows}, below the application's own path. */
  String path(String one) {
    return one.equals(FILTER)
        ? "/%s?delay=%s".formatted(slow, delay)
        : "/approaches/%s?slow=%s&delay=%s&timeout=%s"
            .formatted(one, slow, delay, timeout.toPlainString());
  }
}
