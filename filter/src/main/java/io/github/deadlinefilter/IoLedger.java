package io.github.deadlinefilter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the time of one run went: what was called outside the JVM, how often and for how long, and
 * what is still being waited for. Of bounded size, whatever the request does.
 *
 * <p>Thread-safe.
 */
final class IoLedger {
  /** How many calls in progress are known by their targets. */
  private static final int MOST_OPEN = 64;

  /** How many of those that have ended are known by themselves, the latest. */
  private static final int MOST_ENDED = 32;

  /** How many kinds are counted apart. */
  private static final int MOST_KINDS = 16;

  /** How long a target is shown. */
  private static final int LONGEST = 120;

  private static final String OTHER = "other";

  private static final Comparator<IoCall> BY_START =
      (one, other) -> Long.compare(one.startNanos - other.startNanos, 0);

  /** Of one kind; with its longest call. */
  private record Total(long calls, long nanos, String longest, long longestNanos) {
    Total(IoCall call, long nanos) {
      this(1, nanos, call.target, nanos);
    }

    Total and(Total more) {
      boolean longer = more.longestNanos > longestNanos;
      return new Total(
          calls + more.calls,
          nanos + more.nanos,
          longer ? more.longest : longest,
          Math.max(longestNanos, more.longestNanos));
    }
  }

  private final Ticker ticker;
  private final long beginNanos;

  // Guarded by this.
  private final Set<IoCall> open = new LinkedHashSet<>();
  private final Deque<IoCall> ended = new ArrayDeque<>(4);
  private final Map<String, Total> totals = new LinkedHashMap<>();

  /**
   * @param beginNanos when its run began, by {@code ticker}
   */
  IoLedger(Ticker ticker, long beginNanos) {
    this.ticker = ticker;
    this.beginNanos = beginNanos;
  }

  /**
   * A call begins.
   *
   * @param kind such as {@code sql} or {@code http}
   * @param target what is called, without what belongs to its user: a host, a statement without its
   *     literals
   */
  IoCall begin(String kind, String target) {
    IoCall call = new IoCall(this, clean(kind), clean(target), ticker.nanos());
    synchronized (this) {
      if (open.size() < MOST_OPEN) {
        open.add(call);
      } else {
        count(call.kind, new Total(call, 0));
      }
    }
    return call;
  }

  synchronized void ended(IoCall call) {
    if (open.remove(call)) {
      call.tookNanos = ticker.nanos() - call.startNanos;
      count(call.kind, new Total(call, call.tookNanos));
      if (ended.size() == MOST_ENDED) {
        ended.removeFirst();
      }
      ended.addLast(call);
    }
  }

  private void count(String kind, Total more) {
    boolean known = totals.containsKey(kind) || totals.size() < MOST_KINDS;
    totals.merge(known ? kind : OTHER, more, Total::and);
  }

  /** On one line, in no more than its length, and without what would end a quoted value. */
  static String clean(String target) {
    if (isClean(target)) {
      return target;
    }
    StringBuilder clean = new StringBuilder();
    target
        .codePoints()
        .limit(LONGEST)
        .map(
            c ->
                c == '"' ? '\'' : Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
        .forEach(clean::appendCodePoint);
    return target.length() > LONGEST ? clean + "..." : clean.toString();
  }

  /** As nearly all are. */
  private static boolean isClean(String target) {
    int length = target.length();
    if (length > LONGEST) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = target.charAt(i);
      if (c < ' ' || c == '"' || c > '~') {
        return false;
      }
    }
    return true;
  }

  /**
   * For a person and for the log, such as {@code sql 3 calls 4600ms, http 1 call 20ms, still in sql
   * SELECT * FROM t WHERE id = ? for 4100ms}. Of what is in progress the oldest is named. Empty if
   * nothing has been called.
   */
  synchronized String summary() {
    long now = ticker.nanos();
    Map<String, Total> all = all(now);
    StringBuilder text = new StringBuilder();
    all.forEach(
        (kind, total) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(kind)
                .append(total.calls == 1 ? " 1 call " : " " + total.calls + " calls ")
                .append(millis(total.nanos)));
    for (IoCall oldest : open) {
      text.append(", still in ")
          .append(oldest.kind)
          .append(' ')
          .append(oldest.target)
          .append(" for ")
          .append(millis(now - oldest.startNanos));
      break;
    }
    return text.toString();
  }

  /**
   * A line for each call, in the order in which they began: the latest that have ended, and those
   * in progress. Such as {@code +1200ms sql SELECT * FROM t WHERE id = ?: 350ms}, or {@code still
   * running after 350ms}.
   */
  synchronized List<String> calls() {
    long now = ticker.nanos();
    List<IoCall> all = new ArrayList<>(ended);
    all.addAll(open);
    all.sort(BY_START);
    List<String> lines = new ArrayList<>(all.size());
    for (IoCall call : all) {
      boolean running = call.tookNanos < 0;
      lines.add(
          "+"
              + millis(call.startNanos - beginNanos)
              + " "
              + call.kind
              + " "
              + call.target
              + (running ? ": still running after " : ": ")
              + millis(running ? now - call.startNanos : call.tookNanos));
    }
    return lines;
  }

  /**
   * What took the most, if that is at least half of {@code nanos}, without what belongs to its
   * user: a single call, such as {@code sql SELECT * FROM t WHERE id = ?}, or else all of a kind;
   * calls side by side are added up. Empty if nothing did.
   */
  synchronized String most(long nanos) {
    String most = "";
    long mostNanos = nanos / 2 - 1;
    for (Map.Entry<String, Total> of : all(ticker.nanos()).entrySet()) {
      Total total = of.getValue();
      if (total.nanos > mostNanos) {
        mostNanos = total.nanos;
        boolean single = total.longestNanos >= nanos / 2;
        most = single ? of.getKey() + " " + total.longest : of.getKey();
      }
    }
    return most;
  }

  /** How long all calls have taken until now, those side by side added up. */
  synchronized long nanos() {
    return all(ticker.nanos()).values().stream().mapToLong(Total::nanos).sum();
  }

  private Map<String, Total> all(long now) {
    Map<String, Total> all = new LinkedHashMap<>(totals);
    for (IoCall call : open) {
      all.merge(call.kind, new Total(call, now - call.startNanos), Total::and);
    }
    return all;
  }

  private static String millis(long nanos) {
    return Nanos.format(nanos / 1_000_000 * 1_000_000);
  }
}
