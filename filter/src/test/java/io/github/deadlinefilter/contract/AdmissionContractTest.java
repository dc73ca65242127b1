package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** No worker in time: three cases, told apart by answer and log. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class AdmissionContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void queueFull_isRefusedAtOnce() throws Exception {
    refused("0", "2m", "queue-full", Duration.ZERO);
  }

  @Test
  void expiredInQueue_neverReachesTheApplication() throws Exception {
    refused("5", "200ms", "expired-in-queue", Duration.ofMillis(200));
  }

  private void refused(String queue, String wait, String code, Duration least) throws Exception {
    AtomicInteger reached = new AtomicInteger();
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .set("workers", "1")
                      .set("queue", queue)
                      .route("/deaf = 5m")
                      .route("/second = " + wait)
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/second", (request, response) -> reached.incrementAndGet());
      try (TestContainer container = setup.start(app);
          RawClient first = RawClient.connect(container);
          RawClient second = RawClient.connect(container)) {
        first.get("/deaf");
        deaf.awaitInside(1);
        Response response = second.get("/second").read();
        assertEquals(503, response.status());
        assertTrue(response.complete(), response::toString);
        assertTrue(response.text().contains("reason " + code + ","), response::toString);
        assertTrue(response.untilEnd().compareTo(least) >= 0, response::toString);
        assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
        String line =
            code.equals("queue-full") ? FilterLog.refused(container) : FilterLog.expired(container);
        assertTrue(line.contains(" reason=" + code + " "), line);
        assertTrue(line.contains(" phase=queued worker=none"), line);
        deaf.release();
        assertEquals(200, first.read().status());
        assertEquals(0, reached.get());
      }
    }
  }
}
