package io.github.deadlinefilter;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Ten minutes of a {@link RouteHistory}. It is only ever counted up, and dropped as a whole.
 *
 * <p>Thread-safe; nothing waits for anything. Some 2 KB, and as much again once a request expires.
 *
 * <p>Race with whoever adds the slices up: what {@link #addTo} reads first, {@code completed} and
 * its like write last, and the other way round. So a sum that is taken meanwhile may lack what is
 * being recorded, but it never has a part without its whole: no more late ones than ones that
 * completed, and no time that is longer than the longest.
 */
final class HistorySlice {
  /** How many causes are counted apart; those that come after them count as one other. */
  static final int MOST_BLAMED = 20;

  /** Which ten minutes these are, counted from the begin of the history. */
  final long number;

  private final AtomicIntegerArray completed = new AtomicIntegerArray(Latencies.COUNT);

  /** Null until the first; most routes never have one. */
  private final AtomicReference<@Nullable AtomicIntegerArray> ended = new AtomicReference<>();

  private final AtomicInteger late = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong longestNanos = new AtomicLong();

  /** Without gaps: the first free place ends a search. */
  private final AtomicReferenceArray<@Nullable Blame> blames =
      new AtomicReferenceArray<>(MOST_BLAMED);

  private final AtomicInteger otherBlames = new AtomicInteger();

  private static final class Blame {
    final String what;
    final AtomicInteger times = new AtomicInteger();

    Blame(String what) {
      this.what = what;
    }
  }

  HistorySlice(long number) {
    this.number = number;
  }

  /** As {@link RouteHistory#completed}. */
  void completed(long nanos) {
    lengthen(nanos);
    completed.incrementAndGet(Latencies.bucket(nanos));
  }

  /** As {@link RouteHistory#completedLate}. */
  void completedLate(long nanos) {
    completed(nanos);
    late.incrementAndGet();
  }

  /** As {@link RouteHistory#expired}. */
  void ended(long nanos) {
    lengthen(nanos);
    AtomicIntegerArray counts = ended.get();
    if (counts == null) {
      // Race with another that is the first: whoever comes second counts where the first one does.
      AtomicIntegerArray fresh = new AtomicIntegerArray(Latencies.COUNT);
      AtomicIntegerArray before = ended.compareAndExchange(null, fresh);
      counts = before == null ? fresh : before;
    }
    counts.incrementAndGet(Latencies.bucket(nanos));
  }

  private void lengthen(long nanos) {
    long longest = longestNanos.get();
    while (nanos > longest && !longestNanos.compareAndSet(longest, nanos)) {
      longest = longestNanos.get();
    }
  }

  /** As {@link RouteHistory#refused}. */
  void refused() {
    refused.incrementAndGet();
  }

  /** As {@link RouteHistory#blamed}. */
  void blamed(String what) {
    for (int i = 0; i < MOST_BLAMED; i++) {
      Blame blame = blames.get(i);
      if (blame == null) {
        // Race with another new one: whoever comes second may be the same, and looks here again.
        Blame fresh = new Blame(what);
        Blame before = blames.compareAndExchange(i, null, fresh);
        blame = before == null ? fresh : before;
      }
      if (blame.what.equals(what)) {
        blame.times.incrementAndGet();
        return;
      }
    }
    otherBlames.incrementAndGet();
  }

  void addTo(Summary.Sum sum) {
    sum.late += late.get();
    sum.refused += refused.get();
    AtomicIntegerArray counts = ended.get();
    for (int i = 0; i < Latencies.COUNT; i++) {
      sum.completed[i] += completed.get(i);
      sum.ended[i] += counts == null ? 0 : counts.get(i);
    }
    sum.longestNanos = Math.max(sum.longestNanos, longestNanos.get());
    for (int i = 0; i < MOST_BLAMED; i++) {
      Blame blame = blames.get(i);
      if (blame == null) {
        break;
      }
      sum.blames.merge(blame.what, blame.times.longValue(), Long::sum);
    }
    sum.otherBlames += otherBlames.get();
  }
}
