package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The places of a route and the filter's own together: whoever is refused keeps neither. */
class BulkheadsTest {
  private static final Duration TYPICAL = Duration.ofMinutes(20);
  private static final int SAMPLES = 200;

  private final ManualTicker ticker = new ManualTicker();
  private final Clockwork clockwork = new ManualClockwork(ticker, Runnable::run);
  private final Route route;

  BulkheadsTest() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of("routes", "/job = 1h shed=doomed max=2 queue=2"),
            new Environment(Map.of(), Map.of(), /* virtualThreads= */ false));
    route = Objects.requireNonNull(settings.routes().match("GET", "/job", /* pathInfo= */ null));
  }

  private Bulkheads bulkheads(int workers) {
    return new Bulkheads(
        List.of(route), new Admission(workers, /* queue= */ 0), new StuckWorkers(1), ticker);
  }

  private RequestRun run(Bulkheads bulkheads, Duration left) {
    return BareServlet.run(
        bulkheads, route, new RequestDeadline(clockwork, route.name(), left.toNanos()));
  }

  @Test
  void noWorkerFree_thePlaceOfTheRouteIsGivenBack() {
    Bulkheads bulkheads = bulkheads(1);
    RequestRun working = run(bulkheads, TYPICAL);
    assertNull(bulkheads.enter(working));
    for (int i = 0; i < 3; i++) {
      assertEquals(Reason.QUEUE_FULL, bulkheads.enter(run(bulkheads, TYPICAL)));
    }
    working.leavePlace();
    assertNull(bulkheads.enter(run(bulkheads, TYPICAL)));
  }

  @Test
  void waitedTooLong_isDoomed_andItsPlaceIsFree() throws Exception {
    Bulkheads bulkheads = bulkheads(10);
    Bulkhead own = bulkheads.of(route);
    for (int i = 0; i < SAMPLES; i++) {
      RequestDeadline deadline = new RequestDeadline(clockwork, route.name(), Long.MAX_VALUE / 2);
      long begin = own.now();
      ticker.advance(TYPICAL);
      own.served(begin, deadline);
    }
    RequestRun first = run(bulkheads, TYPICAL.multipliedBy(3));
    RequestRun second = run(bulkheads, TYPICAL.multipliedBy(3));
    assertNull(bulkheads.enter(first));
    assertNull(bulkheads.enter(second));
    RequestRun waiting = run(bulkheads, TYPICAL.multipliedBy(2));
    FutureTask<@Nullable Reason> entered = new FutureTask<>(() -> bulkheads.enter(waiting));
    Thread waiter = new Thread(entered, "waiter");
    waiter.start();
    Gate.eventually(() -> waiter.getState() == Thread.State.TIMED_WAITING, "it waits");
    ticker.advance(TYPICAL.plusNanos(1));
    first.leavePlace();
    assertEquals(Reason.DOOMED, entered.get(10, TimeUnit.SECONDS));
    assertNull(bulkheads.enter(run(bulkheads, TYPICAL.multipliedBy(3))));
    assertEquals(
        Reason.EXPIRED_IN_QUEUE, bulkheads.enter(over(bulkheads)), "and no more than that");
  }

  private RequestRun over(Bulkheads bulkheads) {
    RequestRun run = run(bulkheads, TYPICAL.multipliedBy(2));
    ticker.advance(TYPICAL.multipliedBy(2));
    return run;
  }
}
