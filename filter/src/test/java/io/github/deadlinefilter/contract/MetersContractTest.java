package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Micrometer has the figures by route, without any setting, for as long as the filter is there. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class MetersContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void add() {
    Metrics.addRegistry(registry);
  }

  @AfterEach
  void remove() {
    Metrics.removeRegistry(registry);
  }

  private long requests(String route, String outcome, String reason) {
    var timer =
        registry
            .find("deadline.requests")
            .tags("context", "/", "filter", "filter-0", "route", route)
            .tags("outcome", outcome, "reason", reason)
            .timer();
    return timer == null ? 0 : timer.count();
  }

  private double refused(String reason) {
    var counter = registry.find("deadline.refused").tags("reason", reason).counter();
    return counter == null ? 0 : counter.count();
  }

  /** In percent, when so many requests have been counted. */
  private double mostUsed(String route, int requests) {
    var budget = registry.find("deadline.budget.used").tags("route", route).summary();
    return budget == null || budget.count() != requests ? Double.NaN : budget.max();
  }

  private double longestOverrun() {
    var timer = registry.find("deadline.overrun").timer();
    return timer == null ? 0 : timer.max(TimeUnit.NANOSECONDS);
  }

  private double gauge(String name, String route) {
    return registry.get(name).tags("route", route).gauge().value();
  }

  private List<String> ours() {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .map(Meter.Id::getName)
        .filter(name -> name.startsWith("deadline."))
        .toList();
  }

  @Test
  void eachOutcome_isCountedByItsRoute_andAllIsGoneWhenTheFilterIs() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().route("/deaf/* = 300ms max=1 queue=0").build())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
              .servlet(
                  "/fails",
                  (request, response) -> {
                    throw new IllegalStateException("of the application's own");
                  })
              .servlet("/deaf/*", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/hi?user=1");
        RawClient.ask(container, "/hi?user=2");
        RawClient.ask(container, "/fails");
        RawClient.ask(container, "/deaf/1");
        RawClient.ask(container, "/deaf/2");
        Gate.eventually(() -> requests("default", "completed", "none") == 2, "two completed");
        Gate.eventually(() -> requests("default", "failed", "none") == 1, "one failed");
        Gate.eventually(() -> requests("/deaf/*", "expired", "expired") == 1, "one expired");
        Gate.eventually(() -> requests("/deaf/*", "refused", "route-full") == 1, "one refused");
        Gate.eventually(() -> refused("route-full") == 1, "the same, by its reason");
        assertEquals(1, gauge("deadline.stuck", "/deaf/*"));
        assertEquals(0, gauge("deadline.stuck", "default"));
        assertEquals(0, gauge("deadline.queued", "/deaf/*"));
        Gate.eventually(() -> mostUsed("/deaf/*", 1) >= 100, "all of the deadline used, and more");
        Gate.eventually(() -> mostUsed("default", 3) < 100, "not all of it used");
        deaf.release();
        Gate.eventually(() -> gauge("deadline.stuck", "/deaf/*") == 0, "it has left");
        Gate.eventually(() -> longestOverrun() > 0, "its overrun");
      }
      assertEquals(List.of(), ours(), "of a filter that is destroyed");
    }
  }

  private double ignored(String header, String why) {
    return registry
        .get("deadline.ignored")
        .tags("context", "/", "filter", "filter-0", "header", header, "why", why)
        .functionCounter()
        .count();
  }

  @Test
  void valueThatIsIgnored_isCountedByItsHeader_andGoneWhenTheFilterIs() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("requestStart", "X-Request-Start")
                    .set("clientDeadline", "Prefer, X-Request-Timeout")
                    .build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("hi", client.get("/hi", "X-Request-Timeout: soon").read().text());
      assertEquals("hi", client.get("/hi", "X-Request-Timeout: later").read().text());
      assertEquals("hi", client.get("/hi", "X-Request-Timeout: 0").read().text());
      assertEquals("hi", client.get("/hi", "X-Request-Start: t=1000000000").read().text());
      assertEquals(2, ignored("X-Request-Timeout", "malformed"));
      assertEquals(1, ignored("X-Request-Timeout", "zero"));
      assertEquals(1, ignored("X-Request-Start", "too-old"));
      assertEquals(0, ignored("X-Request-Start", "malformed"));
      assertEquals(0, ignored("Prefer", "malformed"));
    }
    assertEquals(List.of(), ours(), "of a filter that is destroyed");
  }

  @Test
  void atWork_isInFlight_andWhoWaitsIsQueued() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().route("/deaf = 1h max=1 queue=1").build())
              .servlet("/deaf", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container).get("/deaf")) {
        deaf.awaitInside(1);
        assertEquals(1, gauge("deadline.in.flight", "/deaf"));
        try (RawClient waits = RawClient.connect(container).get("/deaf")) {
          Gate.eventually(() -> gauge("deadline.queued", "/deaf") == 1, "one waits");
          deaf.release();
          assertEquals(200, client.read().status());
          assertEquals(200, waits.read().status());
        }
        Gate.eventually(() -> gauge("deadline.in.flight", "/deaf") == 0, "none is at work");
      }
    }
  }
}
