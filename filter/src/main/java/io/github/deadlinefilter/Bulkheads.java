package io.github.deadlinefilter;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says which request may go on to a worker: by the limits of its route first, so that one that
 * waits for those holds no place of the others, then by the filter's own.
 *
 * <p>Thread-safe.
 */
final class Bulkheads {
  private final IdentityHashMap<Route, Bulkhead> byRoute = new IdentityHashMap<>();
  private final Admission workers;
  private final StuckWorkers stuck;

  private volatile boolean stopping;

  Bulkheads(Collection<Route> routes, Admission workers, StuckWorkers stuck, Ticker ticker) {
    this.workers = workers;
    this.stuck = stuck;
    routes.forEach(route -> byRoute.put(route, new Bulkhead(route, ticker)));
  }

  /** The bulkhead of one of the routes that were given. */
  Bulkhead of(Route route) {
    return Objects.requireNonNull(byRoute.get(route), "route");
  }

  StuckWorkers stuck() {
    return stuck;
  }

  /**
   * Waits until there is a place for the worker of {@code run}. On its container thread.
   *
   * @return null if it has one, which {@link RequestRun#leavePlace} gives back; else why it has not
   */
  @Nullable Reason enter(RequestRun run) {
    Bulkhead own = run.bulkhead;
    Deadline deadline = run.deadline;
    boolean first = run.pass() == 1; // of one that has been begun more would be lost
    boolean doomed = first && own.isDoomed(deadline);
    if (first && stuck.isFull(own)) {
      return Reason.STUCK;
    } else if (doomed && !own.mayTry()) {
      return Reason.DOOMED;
    }
    Reason refused = reason(own.enter(deadline), Reason.ROUTE_FULL);
    if (refused == null) {
      refused = Reason.QUEUE_FULL; // also where waiting fails: the memory for it may be missing
      try {
        refused = reason(workers.enter(deadline), Reason.QUEUE_FULL);
      } finally {
        if (refused != null) {
          own.leave();
        }
      }
    }
    if (refused != null) {
      return refused;
    }
    run.placed();
    // Again: those before it may have become stuck while it waited, or it may have waited too long.
    if (stopping) {
      refused = Reason.STOPPING;
    } else if (run.reason() == Reason.CANCELLED) {
      refused = Reason.CANCELLED;
    } else if (first && stuck.isFull(own)) {
      refused = Reason.STUCK;
    } else if (first && !doomed && own.isDoomed(deadline)) {
      refused = Reason.DOOMED;
    }
    if (refused != null) {
      run.leavePlace();
    }
    return refused;
  }

  private static @Nullable Reason reason(Admission.Outcome outcome, Reason full) {
    return switch (outcome) {
      case ADMITTED -> null;
      case QUEUE_FULL -> full;
      case EXPIRED -> Reason.EXPIRED_IN_QUEUE;
    };
  }

  /** One of the places that {@link #enter} gave is free. Called by {@link RequestRun}, once. */
  void leave(Bulkhead own) {
    workers.leave();
    own.leave();
  }

  /** From now on everybody is refused, whoever waits too. Idempotent. */
  void refuseAll() {
    stopping = true;
    byRoute.values().forEach(Bulkhead::open);
    workers.open();
  }
}
