package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last requests that were ended, each by itself, and those that were turned away, by their
 * kind: so that a flood of refusals, which has one cause, hides nothing else.
 *
 * <p>Thread-safe. Of bounded size, and of texts and numbers alone: nothing here keeps a request or
 * a class loader.
 */
final class RecentIncidents {
  static final int MOST = 100;

  private static final int MOST_FRAMES = 256;

  /**
   * A request that was ended at its deadline, or would have been.
   *
   * @param atMillis when, by the wall clock
   * @param incident the id that its client was given
   * @param request as others name it; empty if they do not
   * @param reason its code
   * @param deadlineNanos {@link Route#NO_DEADLINE} for none
   * @param elapsedNanos from the begin of the deadline to its end
   * @param answer how its client was answered, or {@code observed}
   * @param at what it was slow in; empty if that is not known
   * @param io what it had called outside the JVM; empty if that is not known
   * @param calls the same, a line for each call
   * @param stack of its worker then, the innermost frame first; empty if it was not taken
   * @param worker where it is, as the constants say
   * @param overrunNanos how long it stayed, if it has left late
   */
  record Entry(
      long atMillis,
      String incident,
      String request,
      String reason,
      String method,
      String route,
      long deadlineNanos,
      long elapsedNanos,
      String answer,
      String at,
      String io,
      List<String> calls,
      List<String> stack,
      String worker,
      long overrunNanos) {
    static final String NONE = "none";
    static final String LEFT = "left";
    static final String STUCK = "stuck";
    static final String LEFT_LATE = "left-late";

    Entry leftAfter(long nanos) {
      return new Entry(
          atMillis,
          incident,
          request,
          reason,
          method,
          route,
          deadlineNanos,
          elapsedNanos,
          answer,
          at,
          io,
          calls,
          stack,
          LEFT_LATE,
          nanos);
    }
  }

  /** Requests of one route that were turned away for one reason. */
  record Refusal(String route, String reason, long times, long lastMillis) {}

  private static final class Count {
    final String route;
    final String reason;
    long times;
    long lastMillis;

    Count(String route, String reason) {
      this.route = route;
      this.reason = reason;
    }
  }

  private final LongSupplier wallMillis;

  // Guarded by this.
  private final @Nullable Entry[] ring = new @Nullable Entry[MOST];
  private int next;

  /** By a text, and not by a record, as the JDK would keep the class of one that it compares. */
  private final Map<String, Count> refusals = new LinkedHashMap<>();

  RecentIncidents(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
    // Loads its classes now, as all does that a worker needs to leave: its application may have
    // been stopped by then, and the loader with it.
    new Entry(0, "", "", "", "", "", 0, 0, "", "", "", List.of(), List.of(), "", 0).leftAfter(0);
  }

  long nowMillis() {
    return wallMillis.getAsLong();
  }

  synchronized void add(Entry entry) {
    ring[next] = entry;
    next = (next + 1) % MOST;
  }

  /** The late worker of a request has left, so long after its end. */
  synchronized void left(String incident, long overrunNanos) {
    for (int i = 0; i < MOST; i++) {
      Entry entry = ring[i];
      if (entry != null && entry.incident.equals(incident)) {
        ring[i] = entry.leftAfter(overrunNanos);
        return;
      }
    }
  }

  synchronized void refused(String route, String reason) {
    String kind = reason + ' ' + route;
    Count count = refusals.remove(kind); // and behind all others again: the last is the newest
    if (count == null) {
      count = new Count(route, reason);
      if (refusals.size() == MOST) {
        refusals.remove(refusals.keySet().iterator().next());
      }
    }
    count.times++;
    count.lastMillis = nowMillis();
    refusals.put(kind, count);
  }

  /** Null if it is not among the last, or was turned away. */
  synchronized @Nullable Entry find(String incident) {
    for (Entry entry : ring) {
      if (entry != null && entry.incident.equals(incident)) {
        return entry;
      }
    }
    return null;
  }

  /** The newest first. */
  synchronized List<Entry> list() {
    List<Entry> list = new ArrayList<>(MOST);
    for (int i = 1; i <= MOST; i++) {
      Entry entry = ring[(next + MOST - i) % MOST];
      if (entry != null) {
        list.add(entry);
      }
    }
    return list;
  }

  /** The newest first. */
  synchronized List<Refusal> refusals() {
    List<Refusal> list = new ArrayList<>(refusals.size());
    for (Count count : refusals.values()) {
      list.add(0, new Refusal(count.route, count.reason, count.times, count.lastMillis));
    }
    return list;
  }

  /** A stack as texts, of its innermost frames. */
  static List<String> lines(List<StackTraceElement> stack) {
    List<String> lines = new ArrayList<>(Math.min(stack.size(), MOST_FRAMES + 1));
    for (StackTraceElement frame : stack) {
      if (lines.size() == MOST_FRAMES) {
        lines.add("...");
        break;
      }
      lines.add(frame.toString());
    }
    return List.copyOf(lines);
  }
}
