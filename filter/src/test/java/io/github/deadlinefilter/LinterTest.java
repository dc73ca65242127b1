package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A limit that never acts is named once. */
class LinterTest {
  @RegisterExtension private final LogLines log = LogLines.ofMessages();
  private final ManualClockwork clockwork = new ManualClockwork(new ManualTicker(), Runnable::run);
  private final RequestDeadline request =
      new RequestDeadline(clockwork, "GET /x", Duration.ofSeconds(5).toNanos());

  @Test
  void longerThanTheDeadline_isNamedOnceWithBoth() {
    request.lint("http timeout of api.example", Duration.ofSeconds(60));
    request.lint("http timeout of api.example", Duration.ofSeconds(60));
    request.lint("a\n\"b", Duration.ZERO);
    assertEquals(
        List.of(
            "Limit longer than the deadline above it: limit=\"http timeout of api.example\""
                + " value=1m deadline=5s route=\"GET /x\"",
            "Limit longer than the deadline above it: limit=\"a 'b\" value=none deadline=5s"
                + " route=\"GET /x\""),
        log.lines());
  }

  @Test
  void shorter_orWithoutADeadline_isFine() {
    request.lint("pool wait", Duration.ofSeconds(5));
    Deadline.NONE.lint("pool wait", Duration.ofSeconds(60));
    assertEquals(true, request.lift());
    request.lint("pool wait", Duration.ofSeconds(60));
    assertEquals(List.of(), log.lines());
  }

  @Test
  void howeverManyLimits_theyAreNotKeptForEver() {
    for (int i = 0; i < 2_000; i++) {
      request.lint("limit " + i, Duration.ZERO);
    }
    assertEquals(1_000, log.lines().size());
  }

  private static Collection<Route> routes(String deadline, String rules) throws SettingsException {
    return Settings.of(
            Map.of("deadline", deadline, "routes", rules), "web.xml", Environment.ofThisJvm())
        .routes()
        .all();
  }

  @Test
  void knownAtDeployment_isComparedWithTheLongest_whicheverIsFirst() throws Exception {
    var limits = new DeployedLimits();
    limits.known("pool wait", Duration.ofSeconds(30).toNanos());
    Runnable undeployed = limits.deployed(new Linter(), routes("2s", "/reports/* = 20s\n/b = 1s"));
    limits.known("connect timeout", Duration.ofSeconds(10).toNanos());
    limits.known("http timeout", Long.MAX_VALUE);
    undeployed.run();
    limits.known("of nobody", Long.MAX_VALUE);
    assertEquals(
        List.of(
            "Limit longer than the deadline above it: limit=\"pool wait\" value=30s deadline=20s"
                + " route=\"/reports/*\"",
            "Limit longer than the deadline above it: limit=\"http timeout\" value=none deadline=20s"
                + " route=\"/reports/*\""),
        log.lines());
  }

  @Test
  void routeOnWhichAnyLimitMayAct_leavesThatToRequests() throws Exception {
    var limits = new DeployedLimits();
    limits.known("pool wait", Duration.ofSeconds(30).toNanos());
    limits.deployed(new Linter(), routes("2s", "/batch/* = none"));
    limits.deployed(new Linter(), routes("2s", "/events = 1s until=commit"));
    limits.deployed(new Linter(), routes("2s", "/report = 1s onExpiry=abandon"));
    assertEquals(List.of(), log.lines());
  }
}
