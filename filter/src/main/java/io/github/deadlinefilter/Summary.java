package io.github.deadlinefilter;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last hour of a {@link RouteHistory}, added up. Immutable, read from any thread.
 *
 * <p>A time is known to the bucket of {@link Latencies} that it is in, and counts as the longest of
 * that: what is said here is never too short, and never more than 6.25 % too long.
 *
 * <p>Of a request that was ended at its deadline only that is known, that it would have taken
 * longer. To leave it out would make the slowest route look the fastest; to count it as that long
 * would say that all is well as soon as the deadline is short enough. It counts as longer than
 * everything that completed up to then: its weight goes to those that were still going on, in equal
 * parts, and to nobody if there are none. That is the estimate of E. L. Kaplan and P. Meier
 * ("Nonparametric Estimation from Incomplete Observations", 1958) in the form of B. Efron (1967).
 * So where all requests have the same deadline, and those that reach it are 2 %, the 98th
 * percentile is known and the 99th is not, which is {@link #UNKNOWN} and longer than any figure;
 * and where 2 % were ended early, because their clients gave them little time, the others that went
 * on still tell.
 */
final class Summary {
  /** A time that is longer than all that is known of, or of which nothing is known. */
  static final long UNKNOWN = Long.MAX_VALUE;

  /** What a sum of shares may be wrong by; far less than one request. */
  private static final double ROUNDING = 1e-9;

  private final long timed;
  private final long refused;
  private final long late;
  private final long expired;
  private final long longestNanos;

  /** The share of the timed requests that takes longer than each bucket's longest time. */
  private final double[] longer;

  private final @Nullable String mostBlamed;
  private final double mostBlamedShare;
  private final long blamed;
  private final boolean everAsked;

  /** What a summary is made of, as long as it is added up. On one thread. */
  static final class Sum {
    final long[] completed = new long[Latencies.COUNT];
    final long[] ended = new long[Latencies.COUNT];
    final Map<String, Long> blames = new LinkedHashMap<>();
    long otherBlames;
    long late;
    long refused;
    long longestNanos;
    boolean asked;
  }

  Summary(Sum sum) {
    long all = 0;
    long ended = 0;
    for (int i = 0; i < Latencies.COUNT; i++) {
      all += sum.completed[i] + sum.ended[i];
      ended += sum.ended[i];
    }
    timed = all;
    refused = sum.refused;
    late = sum.late;
    expired = ended + sum.late;
    longestNanos = sum.longestNanos;
    longer = longer(sum, all);
    everAsked = sum.asked;
    String most = null;
    long mostTimes = 0;
    long times = sum.otherBlames;
    for (Map.Entry<String, Long> blame : sum.blames.entrySet()) {
      times += blame.getValue();
      if (blame.getValue() > mostTimes) {
        most = blame.getKey();
        mostTimes = blame.getValue();
      }
    }
    mostBlamed = most;
    mostBlamedShare = share(mostTimes, times);
    blamed = times;
  }

  private static double[] longer(Sum sum, long timed) {
    double[] longer = new double[Latencies.COUNT];
    double weight = timed == 0 ? 0 : 1.0 / timed;
    long going = timed;
    for (int i = 0; i < Latencies.COUNT; i++) {
      going -= sum.completed[i];
      longer[i] = weight * going;
      long on = going - sum.ended[i];
      if (on > 0) { // else what is left of the weight is theirs who were ended last
        weight *= (double) going / on;
        going = on;
      }
    }
    return longer;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }

  /** All that came, the refused ones too. */
  long requests() {
    return timed + refused;
  }

  /** Those of which it is known how long they took, or at least how long until they were ended. */
  long timed() {
    return timed;
  }

  /** Those whose deadline has passed, whether it ended them or not. */
  long expired() {
    return expired;
  }

  /** Of {@link #requests}. */
  double expiredShare() {
    return share(expired, requests());
  }

  /** Of {@link #expired}, those that the application answered all the same. */
  long late() {
    return late;
  }

  long refused() {
    return refused;
  }

  /** Of {@link #requests}. */
  double refusedShare() {
    return share(refused, requests());
  }

  /**
   * The time that so many of the timed requests take at most.
   *
   * @param quantile above 0, and up to 1: 0.99 for the 99th percentile
   * @return {@link #UNKNOWN} if too many were ended before, or none was timed
   */
  long quantileNanos(double quantile) {
    for (int i = 0; timed > 0 && i < Latencies.COUNT; i++) {
      if (longer[i] <= 1 - quantile + ROUNDING) {
        return Math.min(Latencies.upperNanos(i), longestNanos);
      }
    }
    return UNKNOWN;
  }

  /**
   * The share of the timed requests that takes longer. Those in the bucket of this very time count,
   * and those that were ended before as {@link Summary} says: it may be too high and never too low.
   *
   * @return 0 if none was timed
   */
  double shareAbove(long nanos) {
    if (timed == 0) {
      return 0;
    }
    int bucket = Latencies.bucket(nanos);
    if (nanos >= Math.min(Latencies.upperNanos(bucket), longestNanos)) {
      return longer[bucket];
    }
    return bucket == 0 ? 1 : longer[bucket - 1];
  }

  /** The longest of the timed requests, exactly; 0 if there is none. */
  long longestNanos() {
    return longestNanos;
  }

  /** How often something was known to have made a request slow. */
  long blamed() {
    return blamed;
  }

  /** What that was most often, as it was recorded, or null. */
  @Nullable String mostBlamed() {
    return mostBlamed;
  }

  /** Of {@link #blamed}; 0 if there is none. */
  double mostBlamedShare() {
    return mostBlamedShare;
  }

  /** Whether any request has matched the route since the filter was deployed. */
  boolean everAsked() {
    return everAsked;
  }
}
