package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.DeadlineFilter;
import java.io.OutputStream;

/** A container in a JVM of its own, which the filter ends when a worker is stuck. */
public final class RecycledServer {
  static final String READY = "ready: ";
  static final String INSIDE = "inside";

  private RecycledServer() {}

  /** Argument: one of {@link Containers}. Says its port, and ends with its input. */
  public static void main(String[] kind) throws Exception {
    var deaf = new Deaf();
    var app =
        new Application()
            .filter(
                "/*",
                DeadlineFilter.builder()
                    .deadline(Gate.LIMIT)
                    .route("/deaf = 1s")
                    .set("recycle", "1 stuck for 100ms then exit")
                    .build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
            .servlet("/deaf", (request, response) -> deaf.hold())
            .servlet(
                "/long",
                (request, response) -> {
                  System.out.println(INSIDE);
                  Gate.pause(Gate.LIMIT);
                });
    TestContainer container = Containers.valueOf(kind[0]).start(app);
    // What a server does that is told to end.
    Runtime.getRuntime().addShutdownHook(new Thread(container::close));
    System.out.println(READY + container.port());
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(1);
  }
}
