package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code mode=observe}: nothing is answered or interrupted, and everything is seen. */
@ParameterizedClass
@MethodSource("containers")
class ObserveContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  static List<Combination> containers() {
    return Combination.kinds().stream().filter(one -> one.worker().equals("pool")).toList();
  }

  private Application observed(String... rules) throws Exception {
    var filter = setup.filter().set("mode", "observe");
    for (String rule : rules) {
      filter.route(rule);
    }
    return new Application().filter("/*", filter.build());
  }

  @Test
  void late_isLeftAlone_andLogged_andReportedAtTheEnd() throws Exception {
    var outside = new AtomicReference<@Nullable Object>();
    var inside = new AtomicReference<@Nullable Object>();
    var release = new Gate("release");
    var app =
        observed("/late = 100ms")
            .outerFilter(
                "/*",
                (request, response, chain) -> {
                  outside.set(request);
                  chain.doFilter(request, response);
                },
                entry -> {})
            .servlet(
                "/late",
                (request, response) -> {
                  inside.set(request);
                  assertEquals(0, release.awaitDeaf());
                  response.getOutputStream().print("whole");
                });
    ContainerLog log;
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      log = container.log();
      client.get("/late");
      String line =
          ContainerLog.message(FilterLog.await(container, "Would have expired: ", 1).get(0));
      assertTrue(
          line.contains(" reason=expired method=GET route=\"/late\" deadline=100ms at=\""), line);
      assertTrue(line.contains("Gate.awaitDeaf("), line);
      release.open();
      Response response = client.read();
      assertEquals(200, response.status());
      assertEquals("whole", response.text());
      assertSame(outside.get(), inside.get());
      FilterLog.await(container, "Would have left late: ", 1);
    }
    assertTrue(
        log.records().stream()
            .map(ContainerLog::message)
            .anyMatch(
                line ->
                    line.startsWith(
                        "Observed: route=\"/late\" requests=1 would-have-expired=1"
                            + " would-have-been-refused=0 longest=")),
        () -> ContainerLog.lines(log.records()));
  }

  @Test
  void asynchronous_throughADispatch_isSeenUntilItsEnd() throws Exception {
    var started = new CompletableFuture<AsyncContext>();
    var dispatched = new CompletableFuture<AsyncContext>();
    var app =
        observed("/async = 300ms")
            .servlet(
                "/async",
                (request, response) -> {
                  boolean again = request.getDispatcherType() == DispatcherType.ASYNC;
                  AsyncContext async = request.startAsync();
                  async.setTimeout(0);
                  (again ? dispatched : started).complete(async);
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.get("/async");
      started.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS).dispatch();
      AsyncContext last = dispatched.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
      FilterLog.await(container, "Would have expired: ", 1);
      assertEquals(0, FilterLog.starting(container, "Would have left late: ").size());
      last.complete();
      assertEquals(200, client.read().status());
      FilterLog.await(container, "Would have left late: ", 1);
    }
  }

  @Test
  void limits_whatWouldHaveBeenRefused_isSaid() throws Exception {
    var release = new Gate("release");
    var app =
        observed("/one = 20s max=1 queue=0")
            .servlet("/one", (request, response) -> release.awaitDeaf());
    try (TestContainer container = setup.start(app);
        RawClient first = RawClient.connect(container);
        RawClient second = RawClient.connect(container)) {
      first.get("/one");
      second.get("/one");
      String line =
          ContainerLog.message(FilterLog.await(container, "Would have been refused: ", 1).get(0));
      assertTrue(line.contains("reason=route-full method=GET route=\"/one\" "), line);
      release.open();
      assertEquals(200, first.read().status());
      assertEquals(200, second.read().status());
    }
  }

  @Test
  void headersFromOutside_areSeen_andNothingIsAnswered() throws Exception {
    var release = new Gate("release");
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("mode", "observe")
                    .set("deadline", "60s")
                    .set("requestStart", "X-Request-Start")
                    .set("clientDeadline", "X-Request-Timeout")
                    .build())
            .servlet("/x", (request, response) -> release.awaitDeaf());
    try (TestContainer container = setup.start(app);
        RawClient asks = RawClient.connect(container);
        RawClient old = RawClient.connect(container)) {
      asks.get("/x", "X-Request-Timeout: 50ms");
      String late =
          ContainerLog.message(FilterLog.await(container, "Would have expired: ", 1).get(0));
      assertTrue(
          late.contains(" reason=expired method=GET route=\"default\" deadline=50ms at=\""), late);
      old.get("/x", "X-Request-Start: " + (System.currentTimeMillis() - 90_000));
      late = ContainerLog.message(FilterLog.await(container, "Would have expired: ", 2).get(1));
      assertTrue(late.contains(" reason=expired-on-arrival "), late);
      assertTrue(late.contains(" deadline=1m waited=9"), late);
      release.open();
      assertEquals(200, asks.read().status());
      assertEquals(200, old.read().status());
    }
  }
}
