package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code worker=container}: stuck container threads are made up for, where the container can. */
@ParameterizedClass
@MethodSource("onContainerThreads")
class LentThreadContractTest {
  private static final int THREADS = 3;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "container");

  static List<Combination> onContainerThreads() {
    return Combination.kinds().stream()
        .filter(one -> !one.freesTheContainerThread() && one.container() != Containers.UNDERTOW)
        .toList();
  }

  @Test
  void allThreadsStuck_othersAreServed_andThePoolIsAsItWas() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .set("maxStuck", "4")
                      .route("/deaf = 600ms")
                      .route("/hi = 1m")
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
      try (TestContainer container = setup.start(app, setup.options().withThreads(THREADS))) {
        // One after the other: as long as none is late there are only so many threads.
        int stuck = THREADS + 1;
        for (int i = 0; i < stuck; i++) {
          RawClient client = RawClient.connect(container).get("/deaf");
          open.add(client);
          assertEquals(503, client.read().status());
        }
        assertEquals(stuck, deaf.inside());
        try (RawClient client = RawClient.connect(container)) {
          assertEquals("hi", client.get("/hi").read().text());
        }
        assertEquals(THREADS + stuck, container.mostThreads());
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, stuck);
        Gate.eventually(() -> container.mostThreads() == THREADS, "as many as before");
      }
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }

  /** What is asked for while all threads are stuck is served as soon as one more is there. */
  @Test
  void waitingForAThread_isServedByTheOneThatIsLent() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().route("/deaf = 2s").route("/hi = 1m").build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
      try (TestContainer container = setup.start(app, setup.options().withThreads(THREADS))) {
        for (int i = 0; i < THREADS; i++) {
          open.add(RawClient.connect(container).get("/deaf"));
        }
        deaf.awaitInside(THREADS);
        try (RawClient client = RawClient.connect(container)) {
          assertEquals("hi", client.get("/hi").read().text());
        }
        deaf.release();
      }
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }
}
