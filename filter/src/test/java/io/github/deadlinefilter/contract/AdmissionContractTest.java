package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.jmx.DeadlineFilterMXBean;
import io.github.deadlinefilter.jmx.DeadlineFilterMXBean.RouteStatus;
import jakarta.servlet.AsyncContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMX;
import javax.management.ObjectName;
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

  /** So whoever counts it counts the same: listeners, meters, log, and the figures of the hour. */
  @Test
  void noWorkerWhenItComesBack_wasBegun_andIsExpired() throws Exception {
    var started = new CompletableFuture<AsyncContext>();
    var heard = new Heard();
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .set("workers", "1")
                      .set("queue", "0")
                      .route("/deaf = 5m")
                      .route("/async = 5m")
                      .listener(heard)
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold())
              .servlet("/async", (request, response) -> started.complete(request.startAsync()));
      try (TestContainer container = setup.start(app);
          RawClient first = RawClient.connect(container);
          RawClient second = RawClient.connect(container)) {
        var bean =
            JMX.newMXBeanProxy(
                ManagementFactory.getPlatformMBeanServer(),
                new ObjectName(ManagementContractTest.NAME),
                DeadlineFilterMXBean.class);
        second.get("/async");
        AsyncContext context = started.get();
        Gate.eventually(
            () -> bean.getRunning().get(0).getPhase().equals("async"), "its worker has left");
        first.get("/deaf");
        deaf.awaitInside(1);
        context.dispatch();
        Response response = second.read();
        assertEquals(503, response.status());
        assertTrue(response.text().contains("reason queue-full,"), response::toString);
        heard.await("started", "started", "expired queue-full");
        String line = FilterLog.expired(container);
        assertTrue(line.contains(" reason=queue-full "), line);
        RouteStatus hour =
            bean.getRoutes().stream()
                .filter(route -> route.getRoute().equals("/async"))
                .findFirst()
                .orElseThrow();
        assertEquals(1, hour.getExpired());
        assertEquals(0, hour.getRefused());
        deaf.release();
        assertEquals(200, first.read().status());
      }
    }
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
