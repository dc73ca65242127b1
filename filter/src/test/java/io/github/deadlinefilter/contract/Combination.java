package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.DeadlineFilter;
import java.util.ArrayList;
import java.util.List;

/**
 * A container together with a worker kind, a protocol and its kind of threads:
 * {@code @MethodSource} of {@link #all} runs a contract on each one that this JVM has.
 *
 * @param virtualThreads the container's own
 */
public record Combination(Containers container, String worker, Wire wire, boolean virtualThreads) {

  /** With HTTP/1.1 and platform threads. */
  public Combination(Containers container, String worker) {
    this(container, worker, Wire.HTTP_1_1, false);
  }

  /** Each container in every worker kind, over each {@link Wire}, with each kind of threads. */
  public static List<Combination> all() {
    List<Combination> all = http1();
    boolean virtual = VirtualThreads.supported();
    for (Containers container : withWiresOfTheirOwn()) {
      all.add(new Combination(container, virtual ? "virtual" : "pool", Wire.H2C, virtual));
    }
    return all;
  }

  /** Those of {@link #all} on one container. */
  public static List<Combination> of(Containers container) {
    return all().stream().filter(one -> one.container == container).toList();
  }

  /** Each container in every worker kind, and nothing that a limit does not depend on. */
  public static List<Combination> kinds() {
    return all().stream().filter(one -> one.wire == Wire.HTTP_1_1 && !one.virtualThreads).toList();
  }

  /** Those of {@link #all} that speak HTTP/1.1, without TLS or over it. */
  public static List<Combination> http1() {
    List<Combination> all = new ArrayList<>();
    boolean virtual = VirtualThreads.supported();
    for (Containers container : Containers.ALL) {
      all.add(new Combination(container, "pool"));
      all.add(new Combination(container, "container"));
      if (virtual) {
        all.add(new Combination(container, "virtual"));
      }
    }
    for (Containers container : withWiresOfTheirOwn()) {
      // Either is the container's own business, so they are tried together.
      all.add(new Combination(container, "pool", Wire.TLS, virtual));
    }
    return all;
  }

  /** Those of Jetty belong to its core, which is the same below both of its environments. */
  private static List<Containers> withWiresOfTheirOwn() {
    return Containers.ALL.stream().filter(one -> one != Containers.JETTY_EE11).toList();
  }

  /** How the container is set up; a test that needs other options derives them from these. */
  public Options options() {
    Options options = container.options().with(wire);
    return virtualThreads ? options.withVirtualThreads() : options;
  }

  public TestContainer start(Application application) throws Exception {
    return start(application, options());
  }

  public TestContainer start(Application application, Options given) throws Exception {
    return container.start(application, given);
  }

  /** A filter of this kind that logs all that happens, to be given its other settings. */
  public Builder filter() {
    return DeadlineFilter.builder().set("worker", worker).set("logEvery", "0s");
  }

  /** The container's own thread does not run the application, and is free once it has answered. */
  public boolean freesTheContainerThread() {
    return !worker.equals("container");
  }

  @Override
  public String toString() {
    return container
        + ", "
        + worker
        + (wire == Wire.HTTP_1_1 ? "" : ", " + wire)
        + (virtualThreads ? ", virtual container threads" : "");
  }
}
