package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.micrometer.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The figures of several filters in one registry, and of one that is gone. */
class MetersTest {
  private static final Set<String> ROUTES = Set.of("/a");

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void add() {
    Metrics.addRegistry(registry);
  }

  @AfterEach
  void remove() {
    Metrics.removeRegistry(registry);
  }

  private List<String> inFlight() {
    return registry.find("deadline.in.flight").gauges().stream()
        .map(gauge -> gauge.getId().getTag("filter") + "=" + gauge.value())
        .sorted()
        .toList();
  }

  @Test
  void twoOfTheSameName_haveFiguresOfTheirOwn_andTheSecondKeepsThem() {
    Meters first = new Meters("/app", "deadline", ROUTES, (route, what) -> 1, Map.of());
    Meters second = new Meters("/app", "deadline", ROUTES, (route, what) -> 2, Map.of());
    assertEquals(List.of("deadline#2=2.0", "deadline=1.0"), inFlight());
    first.close();
    assertEquals(List.of("deadline#2=2.0"), inFlight());
    second.close();
    assertEquals(List.of(), inFlight());
  }

  @Test
  void budgetUsed_isInTheBucketOfItsPercentage() {
    Meters meters = new Meters("", "deadline", Set.of("default"), (route, what) -> 0, Map.of());
    for (int minutes : new int[] {3, 18, 60, 61}) { // of a deadline of one hour
      ManualTicker ticker = new ManualTicker();
      RequestRun run = BareServlet.run((request, response) -> {}, ticker);
      ticker.advance(Duration.ofMinutes(minutes));
      meters.completed(DeadlineEvent.inTime(run, null));
    }
    var buckets = new TreeMap<Double, Double>();
    var summary = registry.get("deadline.budget.used").summary();
    for (CountAtBucket bucket : summary.takeSnapshot().histogramCounts()) {
      buckets.put(bucket.bucket(), bucket.count());
    }
    assertEquals(
        "{10.0=1.0, 25.0=1.0, 50.0=2.0, 75.0=2.0, 90.0=2.0, 100.0=3.0, 110.0=4.0, 150.0=4.0,"
            + " 200.0=4.0, 500.0=4.0, 1000.0=4.0}",
        buckets.toString());
    meters.close();
  }

  @Test
  void refusal_isCountedByItsReason() {
    Meters meters = new Meters("", "deadline", Set.of("default"), (route, what) -> 0, Map.of());
    var counted = new TreeMap<String, Double>();
    for (Reason reason : Reason.values()) {
      if (reason.isRefusal()) {
        RequestRun run = BareServlet.run((request, response) -> {});
        run.reason(reason);
        run.report(ExpiryReport.of(run, "queued", /* ran= */ false, List.of()));
        meters.refused(DeadlineEvent.answered(run, ExpiryReport.Answer.CLEAN));
      }
    }
    for (Counter counter : registry.get("deadline.refused").counters()) {
      counted.put(String.valueOf(counter.getId().getTag("reason")), counter.count());
    }
    assertEquals(
        "{doomed=1.0, expired-on-arrival=1.0, queue-full=1.0, route-full=1.0, stopping=1.0,"
            + " stuck=1.0}",
        counted.toString());
    meters.close();
  }

  @Test
  void blamed_isCountedByWhatItWas_andOnlySoManyAreToldApart() {
    Meters meters = new Meters("", "deadline", Set.of("default"), (route, what) -> 0, Map.of());
    for (int i = 0; i < 25; i++) {
      ManualTicker ticker = new ManualTicker();
      RequestRun run = BareServlet.run((request, response) -> {}, ticker);
      IoCall call = run.deadline.io("sql", "SELECT " + i);
      ticker.advance(Duration.ofSeconds(1));
      run.report(ExpiryReport.of(run, "running", /* ran= */ true, List.of()));
      call.close();
      meters.expired(DeadlineEvent.answered(run, ExpiryReport.Answer.CLEAN));
    }
    assertEquals(1, blamed("sql SELECT 0"));
    assertEquals(1, blamed("sql SELECT 19"));
    assertEquals(5, blamed("elsewhere"));
    assertEquals(21, registry.get("deadline.blamed").counters().size());
    meters.close();
  }

  private double blamed(String at) {
    return registry.get("deadline.blamed").tags("at", at).counter().count();
  }

  @Test
  void eventAfterTheEnd_registersNothing() {
    Meters meters = new Meters("", "deadline", Set.of("default"), (route, what) -> 0, Map.of());
    meters.close();
    RequestRun run = BareServlet.run((request, response) -> {});
    meters.completed(DeadlineEvent.inTime(run, null));
    assertEquals(List.of(), registry.getMeters());
  }
}
