package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Work that computes on and on keeps a processor, and a virtual thread that does keeps one of those
 * that all virtual threads share: whoever else is late is answered all the same.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class BusyCarriersContractTest {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final Gate asynchronous = new Gate("asynchronous");
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();

  private Application application() throws Exception {
    return new Application()
        .filter(
            "/*",
            setup
                .filter()
                .route("/compute = 5m")
                .route("/async = 1s")
                .route("/hi = 5m")
                .route("/late = 500ms")
                .build())
        .servlet(
            "/compute",
            (request, response) -> {
              busy.incrementAndGet();
              while (!over.get()) {
                Thread.onSpinWait();
              }
            })
        .servlet(
            "/async",
            (request, response) -> {
              request.startAsync().setTimeout(0);
              asynchronous.open();
            })
        .servlet("/late", (request, response) -> new Gate("never").await())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
  }

  /** One who has gone asynchronous before, and one who comes when all are busy. */
  @Test
  void allAreBusy_whoeverIsLateIsAnswered() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (TestContainer container =
        setup.start(application(), setup.options().withThreads(PROCESSORS + 8))) {
      assertEquals("hi", ask(container, "/hi", open).read().text(), "warm");
      RawClient async = ask(container, "/async", open);
      asynchronous.await();
      for (int i = 0; i < PROCESSORS; i++) {
        ask(container, "/compute", open);
      }
      Gate.eventually(() -> busy.get() == PROCESSORS, "all are busy");
      RawClient late = ask(container, "/late", open);
      assertEquals(503, async.read().status());
      assertEquals(503, late.read().status());
      over.set(true); // first: the container waits for them when it is closed
    } finally {
      over.set(true);
      for (RawClient client : open) {
        client.close();
      }
    }
  }

  private static RawClient ask(TestContainer container, String path, List<RawClient> open)
      throws Exception {
    RawClient client = RawClient.connect(container);
    open.add(client);
    return client.get(path);
  }
}
