package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.Enforcement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The approaches by their names, each with the functions that it is tried on. They have threads:
 * close them.
 */
final class Approaches implements AutoCloseable {
  static final String VIRTUAL = "virtual";

  /** An approach, and what it is tried on. */
  record Tried(Approach approach, SlowFunctions functions) {}

  private final SlowFunctions patient = SlowFunctions.patient();
  private final SlowFunctions reached = SlowFunctions.reached();
  private final Map<String, @Nullable Tried> byName = new LinkedHashMap<>();

  Approaches() {
    byName.put("baseline", new Tried(new BaselineApproach(), patient));
    byName.put("thread", new Tried(new ThreadApproach(), patient));
    byName.put("timer", new Tried(new TimerApproach(), patient));
    VirtualApproach virtual = VirtualApproach.ofThisJvm();
    byName.put(VIRTUAL, virtual == null ? null : new Tried(virtual, patient));
    byName.put("cooperative", new Tried(new ScopeApproach(Enforcement.COOPERATE), patient));
    byName.put("budget", new Tried(new ScopeApproach(Enforcement.INTERRUPT), reached));
  }

  Set<String> names() {
    return byName.keySet();
  }

  /** Null if there is none of that name, or not on this JVM. */
  @Nullable Tried get(String name) {
    return byName.get(name);
  }

  /** First the threads are told to stop, and then what they wait for. */
  @Override
  public void close() {
    for (Tried tried : byName.values()) {
      if (tried != null) {
        tried.approach().close();
      }
    }
    Stream.of(patient, reached).forEach(SlowFunctions::close);
  }
}
