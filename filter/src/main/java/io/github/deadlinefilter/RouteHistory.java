package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one route has seen in the last hour: how long its requests took, how many ended at their
 * deadlines and were refused, and what made them slow.
 *
 * <p>Thread-safe. To record never waits, and allocates with the first request of ten minutes only
 * (and with the first that expires). A route that nobody asks costs 100 bytes, one that is asked
 * all the time 12 KB, and 22 KB if some of its requests expire.
 *
 * <p>The hour is six slices of ten minutes, the last of which is under way: a request is remembered
 * for at least 50 minutes and for an hour at most.
 *
 * <p>Race with the others at the turn of a slice: a slice is not emptied for its next use, for
 * somebody may be counting in it; another takes its place, by one compare-and-set that one of them
 * wins, and the others count in that one. Whoever found its slice before the turn counts in the old
 * one, which still has its place in the hour. And whoever is held up for an hour between the clock
 * and its slice finds a later one there, and counts in that: nothing is lost but what is over.
 */
final class RouteHistory {
  static final int SLICES = 6;
  static final long SLICE_NANOS = TimeUnit.MINUTES.toNanos(10);

  static {
    // Loads its classes now, as all does that a worker needs to leave: its application may have
    // been stopped by then, and the loader with it.
    HistorySlice slice = new HistorySlice(0);
    slice.ended(0);
    slice.blamed("");
  }

  private final Ticker ticker;
  private final long originNanos;

  /** The slice of a number is at that number modulo their count; they are never taken out. */
  private final AtomicReferenceArray<@Nullable HistorySlice> slices =
      new AtomicReferenceArray<>(SLICES);

  private volatile boolean asked;

  RouteHistory(Ticker ticker) {
    this.ticker = ticker;
    this.originNanos = ticker.nanos();
  }

  /**
   * A request has matched the route. Whoever records what has become of one need not say so before;
   * but of a request that is still running, or of a route without a deadline, nothing else tells.
   */
  void asked() {
    if (!asked) { // to write it each time would take it from the other processors
      asked = true;
    }
  }

  /**
   * The application has answered, before its deadline or, if that was extended or lifted, after it.
   *
   * @param nanos from the begin of its deadline to what the deadline asks for: the end of the
   *     response, or with {@link Until#COMMIT} its begin
   */
  void completed(long nanos) {
    slice().completed(nanos);
  }

  /**
   * The application has answered, but after its deadline, which did not act: {@link Mode#OBSERVE}.
   *
   * @param nanos as of {@link #completed}, however late
   */
  void completedLate(long nanos) {
    slice().completedLate(nanos);
  }

  /**
   * A request was ended at its deadline. It would have taken longer, and nobody knows how much;
   * {@link Summary} says what that means for the quantiles.
   *
   * @param nanos from the begin of its deadline to its end
   */
  void expired(long nanos) {
    slice().ended(nanos);
  }

  /** A request was turned away before anything was done for it. */
  void refused() {
    slice().refused();
  }

  /**
   * Something is known to have made a request slow. The first 20 in ten minutes are told apart.
   *
   * @param what for a person, without what belongs to its user, such as {@code sql SELECT * FROM
   *     orders WHERE id = ?}
   */
  void blamed(String what) {
    slice().blamed(IoLedger.clean(what));
  }

  /** What has been recorded until now; what others are recording just now may be in it or not. */
  Summary lastHour() {
    long number = number();
    Summary.Sum sum = new Summary.Sum();
    sum.asked = asked;
    for (int i = 0; i < SLICES; i++) {
      HistorySlice slice = slices.get(i);
      if (slice != null) {
        sum.asked = true;
        if (slice.number > number - SLICES) {
          slice.addTo(sum);
        }
      }
    }
    return new Summary(sum);
  }

  private long number() {
    return (ticker.nanos() - originNanos) / SLICE_NANOS;
  }

  private HistorySlice slice() {
    long number = number();
    HistorySlice slice = slices.get((int) (number % SLICES));
    return slice != null && slice.number == number ? slice : turn(number, slice);
  }

  private HistorySlice turn(long number, @Nullable HistorySlice found) {
    HistorySlice next = new HistorySlice(number);
    HistorySlice before = found;
    while (before == null || before.number < number) {
      HistorySlice there = slices.compareAndExchange((int) (number % SLICES), before, next);
      if (there == before) {
        return next;
      }
      before = there;
    }
    return before;
  }
}
