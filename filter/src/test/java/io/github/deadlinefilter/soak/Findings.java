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

  /** Findings about requests, and the requests of which there are none. */
  private static final class Pardonable {
    private final Set<String> pardoned = new HashSet<>();
    private final Map<String, List<String>> findings = new HashMap<>();

    void add(String token, String finding) {
      if (!pardoned.contains(token)) {
        findings.computeIfAbsent(token, any -> new ArrayList<>()).add(finding);
      }
    }

    void pardon(String token) {
      pardoned.add(token);
      findings.remove(token);
    }

    List<String> take() {
      List<String> all = findings.values().stream().flatMap(List::stream).toList();
      findings.clear();
      return all;
    }
  }

  // Guarded by this.
  private final Pardonable unlessLost = new Pardonable();
  private final Pardonable unlessGone = new Pardonable();

  /**
   * A finding inside the application, about the request with {@code token}: its container may have
   * taken what was left of the request from it, if it gave the connection up.
   */
  synchronized void addUnlessLost(String token, String finding) {
    unlessLost.add(token, finding);
  }

  /**
   * As {@link #addUnlessLost}, about no more than a part of what the user had sent: a user who goes
   * away takes the rest back.
   */
  synchronized void addUnlessGone(String token, String finding) {
    unlessGone.add(token, finding);
  }

  /** The user of {@code token} has gone away without waiting for the answer. */
  synchronized void gone(String token) {
    unlessGone.pardon(token);
  }

  /** The user of {@code token} has lost the connection. */
  synchronized void lost(String token) {
    unlessLost.pardon(token);
    unlessGone.pardon(token);
  }

  /** All requests are over. */
  synchronized void settle() {
    unlessLost.take().forEach(this::add);
    unlessGone.take().forEach(this::add);
  }

  void add(String finding) {
    count.incrementAndGet();
    String kind = finding.substring(0, Math.min(KIND_LENGTH, finding.length()));
    if (kinds.merge(kind, 1, Integer::sum) <= MOST_OF_A_KIND) {
      first.add(finding);
    }
  }

  synchronized boolean isFull() {
    return count.get() + unlessLost.findings.size() + unlessGone.findings.size() >= MOST;
  }

  int count() {
    return count.get();
  }

  List<String> first() {
    return List.copyOf(first);
  }
}
