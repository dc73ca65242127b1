package io.github.deadlinefilter;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says, once for each, which limits of an application are longer than the deadline above them: they
 * never do what they were set for.
 *
 * <p>Thread-safe. Knows the first 1,000 limits.
 */
final class Linter {
  private static final int MOST = 1_000;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /**
   * @param limit a name for a person, such as {@code http timeout of api.example}
   * @param nanos its value; {@link Long#MAX_VALUE} for none
   * @param deadlineNanos of the route; {@link Route#NO_DEADLINE} for none
   */
  void compare(String limit, long nanos, String route, long deadlineNanos) {
    if (deadlineNanos == Route.NO_DEADLINE
        || nanos <= deadlineNanos
        || said.size() >= MOST
        || !said.add(limit)) {
      return;
    }
    LOG.log(
        System.Logger.Level.INFO,
        "Limit longer than the deadline above it: limit=\"{0}\" value={1} deadline={2} route=\"{3}\"",
        IoLedger.clean(limit),
        nanos == Long.MAX_VALUE ? "none" : Nanos.format(nanos / 1_000_000 * 1_000_000),
        Nanos.format(deadlineNanos),
        route);
  }
}
