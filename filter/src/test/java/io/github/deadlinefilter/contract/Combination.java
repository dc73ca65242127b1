package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.DeadlineFilter;
import java.util.ArrayList;
import java.util.List;

/**
 * A container together with a worker kind: {@code @MethodSource} of {@link #all} runs a contract on
 * each one that this JVM has.
 */
public record Combination(Containers container, String worker) {

  public static List<Combination> all() {
    List<Combination> all = new ArrayList<>();
    for (Containers container : Containers.ALL) {
      all.add(new Combination(container, "pool"));
      all.add(new Combination(container, "container"));
      if (VirtualThreads.supported()) {
        all.add(new Combination(container, "virtual"));
      }
    }
    return all;
  }

  /**
   * Those that are compared with the bare container. Not Undertow yet: bare, it does not answer
   * some of the asynchronous requests that the comparisons are made of.
   */
  public static List<Combination> compared() {
    return all().stream().filter(one -> one.container() != Containers.UNDERTOW).toList();
  }

  /** A filter of this kind, to be given its other settings. */
  public Builder filter() {
    return DeadlineFilter.builder().set("worker", worker);
  }

  /** The container's own thread does not run the application, and is free once it has answered. */
  public boolean freesTheContainerThread() {
    return !worker.equals("container");
  }

  @Override
  public String toString() {
    return container + ", " + worker;
  }
}
