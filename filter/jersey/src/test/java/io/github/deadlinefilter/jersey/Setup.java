package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.DeadlineFilter;
import io.github.deadlinefilter.contract.Application;
import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Options;
import io.github.deadlinefilter.contract.TestContainer;
import java.util.List;

/** A container and a kind of worker: {@code @MethodSource} of {@link #all}. */
record Setup(Containers container, String worker) {
  /** Enough for every late request at once, where they keep the container's threads. */
  private static final int THREADS = 250;

  static List<Setup> all() {
    return List.of(
        new Setup(Containers.JETTY_EE10, "auto"),
        new Setup(Containers.JETTY_EE10, "container"),
        new Setup(Containers.TOMCAT, "auto"));
  }

  /** The containers, each with the usual kind of worker. */
  static List<Setup> usual() {
    return all().stream().filter(setup -> setup.worker().equals("auto")).toList();
  }

  Builder filter() {
    return DeadlineFilter.builder().set("worker", worker).set("logEvery", "0s");
  }

  /** Starts the application in both deployments, behind these filters. */
  TestContainer start(Hold hold, DeadlineFilter... filters) throws Exception {
    var app = new Application();
    for (DeadlineFilter filter : filters) {
      app.filter("/*", filter);
    }
    for (Deployment deployment : Deployment.values()) {
      deployment.to(app, hold);
    }
    return container.start(app, Options.DEFAULT.withThreads(THREADS));
  }

  @Override
  public String toString() {
    return container + ", " + worker;
  }
}
