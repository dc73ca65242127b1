package io.github.deadlinefilter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets the same be said once in an interval, and says at its end how often it came meanwhile: where
 * a dependency fails all requests of a route do, and as many lines about it cost more than they
 * tell.
 *
 * <p>Thread-safe. Of bounded size: beyond 1,000 places of code at a time the others of a route
 * count as one.
 */
final class Repeats implements AutoCloseable {
  private static final int MOST = 1_000;
  private static final String OTHERS = "elsewhere";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** Runs something short after so many nanoseconds, once, on a thread of its own. */
  @FunctionalInterface
  interface Later {
    void in(long nanos, Runnable task);
  }

  /** No record: the JDK keeps the last one that was compared, and with it the class loader. */
  private static final class Count {
    private final String what;
    private final String route;
    private final String reason;
    private final String at;

    /** Guarded by the map. */
    private long more;

    Count(String what, String route, String reason, String at) {
      this.what = what;
      this.route = route;
      this.reason = reason;
      this.at = at;
    }

    String key() {
      return String.join("\n", what, route, reason, at);
    }

    Count elsewhere() {
      return new Count(what, route, reason, OTHERS);
    }
  }

  private final Later later;
  private final long everyNanos;

  // Guarded by itself.
  private final Map<String, Count> counts = new HashMap<>();

  private volatile boolean closed;

  /**
   * @param everyNanos the interval; 0 lets everything be said
   */
  Repeats(Later later, long everyNanos) {
    this.later = later;
    this.everyNanos = everyNanos;
  }

  /**
   * Whether it is to be said now; if not, it is counted.
   *
   * @param what happened: how its line begins
   * @param at the line of code that is to blame; empty if it is not known
   */
  boolean isNews(String what, String route, String reason, String at) {
    if (everyNanos == 0 || closed) {
      return true;
    }
    Count count = new Count(what, route, reason, at);
    synchronized (counts) {
      if (counts.size() >= MOST && !counts.containsKey(count.key())) {
        count = count.elsewhere();
      }
      Count before = counts.putIfAbsent(count.key(), count);
      if (before != null) {
        before.more++;
        return false;
      }
    }
    String key = count.key();
    later.in(everyNanos, () -> over(key));
    return true;
  }

  /** The interval of {@code key} is over: the next one is news again. */
  private void over(String key) {
    Count count;
    synchronized (counts) {
      count = counts.remove(key);
    }
    if (count != null && count.more > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Repeated: what=\""
              + count.what
              + "\" reason="
              + count.reason
              + " route=\""
              + count.route
              + '"'
              + (count.at.isEmpty() ? "" : " at=\"" + count.at + '"')
              + " times="
              + count.more
              + " within="
              + Nanos.format(everyNanos));
    }
  }

  /** Says what was counted; from now on everything is news. Idempotent. */
  @Override
  public void close() {
    closed = true;
    List<String> left;
    synchronized (counts) {
      left = List.copyOf(counts.keySet());
    }
    left.forEach(this::over);
  }
}
