package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One route at work: how many of its requests run, wait and are stuck, and how long they take, held
 * against its {@link RouteLimits}. So that a slow route cannot take the workers of the others.
 *
 * <p>Thread-safe. {@link Bulkheads} has all of them, and the limits that they share.
 */
final class Bulkhead {
  /** How often a request goes on that looks doomed: how else would anybody learn that it is not? */
  private static final Duration TRY_EVERY = Duration.ofSeconds(1);

  final Route route;
  private final Ticker ticker;
  private final @Nullable Admission admission;
  private final @Nullable ServiceTimes times;
  private final RateLimit tries;
  private final AtomicInteger stuck = new AtomicInteger();
  private final LeaveRate leaving;
  private final RouteHistory history;

  /** For the requests that come from now on: the route's, unless an operator has set another. */
  private volatile long deadlineNanos;

  Bulkhead(Route route, Ticker ticker) {
    this.route = route;
    this.ticker = ticker;
    RouteLimits limits = route.limits();
    admission = limits.hasMax() ? new Admission(limits.max(), limits.queue()) : null;
    times = limits.shed() == RouteLimits.Shed.DOOMED ? new ServiceTimes() : null;
    tries = new RateLimit(ticker, TRY_EVERY, /* burst= */ 1);
    leaving = new LeaveRate(ticker);
    history = new RouteHistory(ticker);
    deadlineNanos = route.deadlineNanos();
  }

  /** The length of a new deadline, or {@link Route#NO_DEADLINE}. */
  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Sets it, and returns what it was. */
  synchronized long deadlineNanos(long nanos) {
    long before = deadlineNanos;
    deadlineNanos = nanos;
    return before;
  }

  RouteHistory history() {
    return history;
  }

  /** As {@link Admission#enter}, for the places of the route's own. */
  Admission.Outcome enter(Deadline deadline) {
    return admission == null ? Admission.Outcome.ADMITTED : admission.enter(deadline);
  }

  void leave() {
    if (admission != null) {
      admission.leave();
    }
  }

  void open() {
    if (admission != null) {
      admission.open();
    }
  }

  // ---- how long requests take

  /** Whether the time that is left is less than such a request typically takes. */
  boolean isDoomed(Deadline deadline) {
    if (times == null) {
      return false;
    }
    long typical = times.typicalNanos();
    return typical > 0 && deadline.remainingNanos() < typical; // else it is late, and not doomed
  }

  /** Whether one that looks doomed goes on all the same. */
  boolean mayTry() {
    return tries.tryAcquire();
  }

  /** The clock, where {@link #served} is to be told of the difference of two readings; else 0. */
  long now() {
    return times == null ? 0 : ticker.nanos();
  }

  /** A worker that went in at {@code begin} has left. */
  void served(long begin, RequestDeadline deadline) {
    if (times != null) {
      times.add(ticker.nanos() - begin, deadline.lengthNanos() - deadline.waitedNanos());
    }
  }

  // ---- stuck workers; see StuckWorkers

  int stuck() {
    return stuck.get();
  }

  boolean isStuckFull() {
    return stuck.get() >= route.limits().maxStuck();
  }

  void stuckOne() {
    stuck.incrementAndGet();
  }

  void unstuckOne() {
    stuck.decrementAndGet();
    leaving.add();
  }

  /**
   * When a request that was refused for them may come again.
   *
   * @param number how many have to leave before
   * @param oldestNanos how long the one has been stuck that has been for the longest
   */
  long retryAfterSeconds(int number, long oldestNanos) {
    long nanos = leaving.nanosFor(number, oldestNanos);
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + TimeUnit.SECONDS.toNanos(1) - 1));
  }
}
