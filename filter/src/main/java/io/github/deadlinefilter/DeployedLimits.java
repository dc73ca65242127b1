package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits that are known before there is any request, such as how long a pool waits: compared with
 * the longest deadline of each filter of this class loader, whichever of the two is here first.
 *
 * <p>Thread-safe. Knows the first 100 limits.
 */
final class DeployedLimits {
  static final DeployedLimits INSTANCE = new DeployedLimits();

  private static final int MOST = 100;

  // Guarded by this.
  private final Map<String, Long> limits = new LinkedHashMap<>();
  private final List<Longest> filters = new ArrayList<>();

  /**
   * The route of a filter that has the longest deadline. No record: what compares those, here when
   * a filter is taken out, is kept by the JDK, and with it the class loader, until the next one.
   */
  private static final class Longest {
    private final Linter linter;
    private final Route route;

    Longest(Linter linter, Route route) {
      this.linter = linter;
      this.route = route;
    }

    void compare(String limit, long nanos) {
      linter.compare(limit, nanos, route.name(), route.deadlineNanos());
    }
  }

  /** As {@link Deadline#lint}. */
  synchronized void known(String limit, long nanos) {
    if (limits.size() < MOST || limits.containsKey(limit)) {
      limits.put(limit, nanos);
      filters.forEach(filter -> filter.compare(limit, nanos));
    }
  }

  /**
   * A filter is deployed. One with a route on which any limit may act, however long, finds nothing
   * before there is a request.
   *
   * @return to be run when it is destroyed
   */
  synchronized Runnable deployed(Linter linter, Collection<Route> routes) {
    Route longest = null;
    for (Route route : routes) {
      if (route.deadlineNanos() == Route.NO_DEADLINE
          || route.until() == Until.COMMIT
          || route.onExpiry() == OnExpiry.ABANDON) {
        return () -> {};
      }
      if (longest == null || route.deadlineNanos() > longest.deadlineNanos()) {
        longest = route;
      }
    }
    if (longest == null) {
      return () -> {};
    }
    Longest filter = new Longest(linter, longest);
    filters.add(filter);
    limits.forEach(filter::compare);
    return () -> remove(filter);
  }

  private synchronized void remove(Longest filter) {
    filters.remove(filter);
  }
}
