package io.github.deadlinefilter.soak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What should not have happened. The first few of each kind are kept, and enough of them end the
 * soak. Thread-safe.
 */
final class Findings {
  private static final int MOST = Integer.getInteger("soak.findings", 100);
  private static final int MOST_OF_A_KIND = 3;

  /** Findings are of a kind if they begin with as many characters of the same. */
  private static final int KIND_LENGTH = 24;

  private final Queue<String> first = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> kinds = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  // Guarded by this.
  private final Set<String> lost = new HashSet<>();
  private final Map<String, List<String>> unlessLost = new HashMap<>();

  /**
   * A finding inside the application, about the request with {@code token}: its container may have
   * taken what was left of the request from it, if it gave the connection up.
   */
  synchronized void addUnlessLost(String token, String finding) {
    if (!lost.contains(token)) {
      unlessLost.computeIfAbsent(token, any -> new ArrayList<>()).add(finding);
    }
  }

  /** The user of {@code token} has lost the connection. */
  synchronized void lost(String token) {
    lost.add(token);
    unlessLost.remove(token);
  }

  /** All requests are over. */
  synchronized void settle() {
    unlessLost.values().forEach(findings -> findings.forEach(this::add));
    unlessLost.clear();
  }

  void add(String finding) {
    count.incrementAndGet();
    String kind = finding.substring(0, Math.min(KIND_LENGTH, finding.length()));
    if (kinds.merge(kind, 1, Integer::sum) <= MOST_OF_A_KIND) {
      first.add(finding);
    }
  }

  synchronized boolean isFull() {
    return count.get() + unlessLost.size() >= MOST;
  }

  int count() {
    return count.get();
  }

  List<String> first() {
    return List.copyOf(first);
  }
}
