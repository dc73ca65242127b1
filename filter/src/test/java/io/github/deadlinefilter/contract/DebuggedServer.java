package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineFilter;
import java.io.OutputStream;
import java.time.Duration;

/** A container in a JVM of its own, which a test can look into with a debugger. */
public final class DebuggedServer {
  static final Duration DEADLINE = Duration.ofMillis(300);
  static final String READY = "ready: ";
  static final String INSIDE = "inside";

  private DebuggedServer() {}

  /** Arguments: settings of the filter, as name=value. Says its port, and ends with its input. */
  public static void main(String[] settings) throws Exception {
    var released = new Gate("the release");
    Builder filter = DeadlineFilter.builder().deadline(DEADLINE).route("/inside = 5m");
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      filter.set(pair[0], pair[1]);
    }
    var app =
        new Application()
            .filter("/*", filter.build())
            .servlet(
                "/inside",
                (request, response) -> {
                  System.out.println(INSIDE);
                  released.await();
                  Deadline.current().shorten(DEADLINE);
                  Deadline.run(DEADLINE, () -> Gate.pause(DEADLINE.multipliedBy(4)));
                  response.getOutputStream().print("whole");
                })
            .servlet("/release", (request, response) -> released.open())
            .servlet(
                "/late",
                (request, response) -> {
                  Gate.pause(DEADLINE.multipliedBy(4));
                  response.getOutputStream().print("whole");
                });
    try (TestContainer container = Containers.jetty().start(app)) {
      System.out.println(READY + container.port());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
