package io.github.deadlinefilter.soak;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the filter logged about one container against what its users saw: each answer of the filter
 * has its line, and each line its answer. Thread-safe.
 */
final class Ledger {
  /** Incidents that were logged and not seen (above zero), or the other way round (below). */
  private final Map<String, Integer> open = new ConcurrentHashMap<>();

  // Guarded by this: the two lines about one worker come from two threads.
  private final Set<String> stuck = new HashSet<>();
  private final Set<String> leftFirst = new HashSet<>();

  private final LongAdder late = new LongAdder();
  private final LongAdder cut = new LongAdder();

  void expired(String incident, String worker, String answer) {
    if (worker.equals("stuck")) {
      late.increment();
      late(incident);
    }
    if (answer.equals("clean") || answer.equals("direct")) {
      add(incident, 1);
    } else {
      cut.increment();
    }
  }

  private synchronized void late(String incident) {
    // The worker may be out before the line is.
    if (!leftFirst.remove(incident)) {
      stuck.add(incident);
    }
  }

  synchronized void left(String incident) {
    if (!stuck.remove(incident)) {
      leftFirst.add(incident);
    }
  }

  void seen(String incident) {
    add(incident, -1);
  }

  private void add(String incident, int one) {
    open.merge(incident, one, (before, more) -> before + more == 0 ? null : before + more);
  }

  long loggedAndNotSeen() {
    return open.values().stream().filter(number -> number > 0).count();
  }

  long seenAndNotLogged() {
    return open.values().stream().filter(number -> number < 0).count();
  }

  /** Workers that were reported as stuck, and not as having left. */
  synchronized int stuck() {
    return stuck.size();
  }

  /** Workers that were reported as having left, and not as stuck. */
  synchronized int leftWithoutStuck() {
    return leftFirst.size();
  }

  /** Workers that had not left when their request was answered. */
  long late() {
    return late.sum();
  }

  long cut() {
    return cut.sum();
  }
}
