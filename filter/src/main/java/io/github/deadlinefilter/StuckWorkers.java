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
    listeners.forEach(listener -> listener.stuck(run));
    inside.add(run);
    run.bulkhead.stuckOne();
    // Race with remove(): the worker may have left before it was added.
    if (run.hasLeftLate()) {
      remove(run);
    }
  }

  /** The worker of {@code run} has left, which it has said of itself. */
  void remove(RequestRun run) {
    if (inside.remove(run)) {
      run.bulkhead.unstuckOne();
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

  /** Those that have been stuck for longer than {@code nanos}. */
  int countOlderThan(long nanos) {
    return (int) inside.stream().filter(run -> run.stuckNanos() > nanos).count();
  }

  /** Whether a new request of the route is to be refused. */
  boolean isFull(Bulkhead route) {
    int own = route.stuck();
    return own > 0 && (route.isStuckFull() || inside.size() >= most);
  }

  /** When a request of the route that is refused may come again. */
  long retryAfterSeconds(Bulkhead route) {
    int tooMany = Math.max(route.stuck() - route.route.limits().maxStuck(), count() - most);
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
