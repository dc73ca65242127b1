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

  /**
   * What counts as the same.
   *
   * @param what happened: how its line begins
   * @param at the line of code that is to blame; empty if it is not known
   */
  record Fingerprint(String what, String route, String reason, String at) {
    private Fingerprint elsewhere() {
      return new Fingerprint(what, route, reason, OTHERS);
    }
  }

  /** Runs something short after so many nanoseconds, once, on a thread of its own. */
  @FunctionalInterface
  interface Later {
    void in(long nanos, Runnable task);
  }

  private static final class Count {
    private long more;
  }

  private final Later later;
  private final long everyNanos;

  // Guarded by itself.
  private final Map<Fingerprint, Count> counts = new HashMap<>();

  private volatile boolean closed;

  /**
   * @param everyNanos the interval; 0 lets everything be said
   */
  Repeats(Later later, long everyNanos) {
    this.later = later;
    this.everyNanos = everyNanos;
  }

  /** Whether it is to be said now; if not, it is counted. */
  boolean isNews(String what, String route, String reason, String at) {
    if (everyNanos == 0 || closed) {
      return true;
    }
    Fingerprint print = new Fingerprint(what, route, reason, at);
    synchronized (counts) {
      if (counts.size() >= MOST && !counts.containsKey(print)) {
        print = print.elsewhere();
      }
      Count before = counts.get(print);
      if (before != null) {
        before.more++;
        return false;
      }
      counts.put(print, new Count());
    }
    Fingerprint counted = print;
    later.in(everyNanos, () -> over(counted));
    return true;
  }

  /** The interval of {@code print} is over: the next one is news again. */
  private void over(Fingerprint print) {
    Count count;
    synchronized (counts) {
      count = counts.remove(print);
    }
    if (count != null && count.more > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Repeated: what=\""
              + print.what
              + "\" reason="
              + print.reason
              + " route=\""
              + print.route
              + '"'
              + (print.at.isEmpty() ? "" : " at=\"" + print.at + '"')
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
    List<Fingerprint> left;
    synchronized (counts) {
      left = List.copyOf(counts.keySet());
    }
    left.forEach(this::over);
  }
}
