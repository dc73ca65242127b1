package io.github.deadlinefilter;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The workers that are still inside although their requests have been answered.
 *
 * <p>Each of them keeps a place of a worker, and there are only so many: from {@code most} on, a
 * route that has one takes no new requests, so that what is left is for the routes that have none.
 * One whose client has asked for less time than its route has does not count there before the
 * route's own deadline: else whoever may ask for a millisecond could close the route to everybody.
 *
 * <p>Thread-safe.
 */
final class StuckWorkers {
  /** Hears of each once, and that it has left afterwards. Must not block. */
  interface Listener {
    /** Its worker is stuck, and the container's objects are its own. */
    default void stuck(RequestRun run) {}

    default void left(RequestRun run) {}
  }

  private static final int MOST_LISTED = 100;

  private final Set<RequestRun> inside = ConcurrentHashMap.newKeySet();

  /** Those of them that do not count yet. */
  private final Set<RequestRun> early = ConcurrentHashMap.newKeySet();

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final int most;

  StuckWorkers(int most) {
    this.most = most;
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Called once, before the client of {@code run} is answered. */
  void add(RequestRun run) {
    try {
      listeners.forEach(listener -> listener.stuck(run));
    } finally { // no memory, say: they hear that it has left all the same
      if (run.overdueNanos() < 0) {
        early.add(run);
      } else {
        run.bulkhead.stuckOne();
      }
      inside.add(run);
      // Race with remove(): the worker may have left before it was added.
      if (run.hasLeftLate()) {
        remove(run);
      }
    }
  }

  /** The worker of {@code run} has left, which it has said of itself. */
  void remove(RequestRun run) {
    if (inside.remove(run)) {
      if (!early.remove(run)) { // race with countOverdue(): whoever takes it out knows
        run.bulkhead.unstuckOne();
      }
      for (Listener listener : listeners) {
        listener.left(run);
      }
    }
  }

  int count() {
    return inside.size();
  }

  int countOf(String route) {
    return (int) inside.stream().filter(run -> run.route.name().equals(route)).count();
  }

  /** Those that have counted for longer than {@code nanos}. */
  int countOlderThan(long nanos) {
    return (int) inside.stream().filter(run -> run.overdueNanos() > nanos).count();
  }

  /** How many count. */
  private int counted() {
    return Math.max(0, inside.size() - early.size());
  }

  private void countOverdue() {
    List<RequestRun> overdue = early.stream().filter(run -> run.overdueNanos() >= 0).toList();
    for (RequestRun run : overdue) {
      if (early.remove(run)) {
        run.bulkhead.stuckOne();
      }
    }
  }

  /** Whether a new request of the route is to be refused. */
  boolean isFull(Bulkhead route) {
    int atMost = route.stuck() + early.size();
    if (atMost == 0 || (atMost < route.route.limits().maxStuck() && inside.size() < most)) {
      return false; // as nearly always
    }
    countOverdue();
    return route.stuck() > 0 && (route.isStuckFull() || counted() >= most);
  }

  /** When a request of the route that is refused may come again. */
  long retryAfterSeconds(Bulkhead route) {
    int tooMany = Math.max(route.stuck() - route.route.limits().maxStuck(), counted() - most);
    return route.retryAfterSeconds(
        Math.max(1, Math.min(route.stuck(), tooMany + 1)), oldestNanos(route));
  }

  /** 0 if none is stuck. */
  long oldestNanos(Bulkhead route) {
    return inside.stream()
        .filter(run -> run.bulkhead == route)
        .mapToLong(RequestRun::stuckNanos)
        .max()
        .orElse(0);
  }

  /** The oldest first; at most 100. */
  List<RequestRun> oldest() {
    return Aged.oldestFirst(inside, RequestRun::stuckNanos).limit(MOST_LISTED).toList();
  }

  /** For people: as {@link #oldest}, and each is stopped for a moment to be looked at. */
  List<StuckWorker> list() {
    return oldest().stream().map(StuckWorker::of).toList();
  }
}
