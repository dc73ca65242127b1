package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static final Environment JAVA_17 = new Environment(Map.of(), Map.of(), false);
  private static final Environment JAVA_21 = new Environment(Map.of(), Map.of(), true);

  @Test
  void nothingGiven_settingsAreRead_defaultsHold() throws SettingsException {
    Settings settings = Settings.of(Map.of(), JAVA_17);

    assertEquals(Mode.ENFORCE, settings.mode());
    assertNull(settings.errorPage());
    assertNull(settings.requestStart());
    assertEquals(List.of(), settings.clientDeadline());
    assertEquals(List.of(), settings.origins());
    Route fallback =
        new Route(
            "default",
            30_000_000_000L,
            OnExpiry.INTERRUPT,
            5_000_000L,
            503,
            Route.NO_RETRY_AFTER,
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT,
            /* serverTiming= */ false,
            RouteLimits.NONE);
    assertEquals(List.of(fallback), settings.routes().all());
  }

  @ParameterizedTest
  @CsvSource({
    "auto, false, POOL, 200",
    "auto, true, VIRTUAL, 10000",
    "pool, true, POOL, 200",
    "virtual, true, VIRTUAL, 10000",
    "container, false, CONTAINER, 10000",
    "container, true, CONTAINER, 10000"
  })
  void workerKind_isGiven_itsOwnBoundsHold(
      String worker, boolean virtualThreads, WorkerKind kind, int bound) throws SettingsException {
    Settings settings =
        Settings.of(Map.of("worker", worker), new Environment(Map.of(), Map.of(), virtualThreads));

    assertEquals(kind, settings.worker());
    assertEquals(bound, settings.workers());
    assertEquals(bound, settings.queue());
  }

  @Test
  void workers_areGivenWithoutQueue_queueIsAsLong() throws SettingsException {
    Settings settings = Settings.of(Map.of("workers", "8"), JAVA_21);

    assertEquals(8, settings.workers());
    assertEquals(8, settings.queue());
  }

  @Test
  void queue_isZero_isTaken() throws SettingsException {
    assertEquals(0, Settings.of(Map.of("queue", "0"), JAVA_21).queue());
  }

  @Test
  void parameters_areGivenWithSpaceAround_areRead() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of(
                "deadline", "\n  none ",
                "onExpiry", "cooperate",
                "grace", "0ms",
                "mode", "off",
                "status", "504",
                "retryAfter", "2m",
                "errorPage", "/WEB-INF/late.jsp?kind=timeout"),
            JAVA_21);

    assertEquals(Mode.OFF, settings.mode());
    assertEquals("/WEB-INF/late.jsp?kind=timeout", settings.errorPage());
    Route fallback = settings.routes().match("GET", "/", null);
    assertFalse(fallback.hasLimit());
    assertEquals(
        new Route(
            "default",
            Route.NO_DEADLINE,
            OnExpiry.COOPERATE,
            0,
            504,
            120,
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT,
            /* serverTiming= */ false,
            RouteLimits.NONE),
        fallback);
  }

  @Test
  void rule_isSilentOnSomeLimits_filterSettingsFillIn() throws SettingsException {
    Map<String, String> params =
        Map.of(
            "retryAfter", "7s",
            "status", "504",
            "routes",
                "/a = 1s\n"
                    + "/b = 2s onExpiry=abandon grace=1ms status=429 retryAfter=none serverTiming=on"
                    + " until=commit idle=20s");

    Routes routes = Settings.of(params, JAVA_21).routes();

    assertEquals(
        new Route(
            "/a",
            1_000_000_000L,
            OnExpiry.INTERRUPT,
            5_000_000L,
            504,
            7,
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT,
            /* serverTiming= */ false,
            RouteLimits.NONE),
        routes.match("GET", "/a", null));
    assertEquals(
        new Route(
            "/b",
            2_000_000_000L,
            OnExpiry.ABANDON,
            1_000_000L,
            429,
            -1,
            Until.COMMIT,
            20_000_000_000L,
            /* serverTiming= */ true,
            RouteLimits.NONE),
        routes.match("GET", "/b", null));
  }

  @Test
  void sameParameter_isGivenInSeveralPlaces_propertyBeatsVariableBeatsWebXml()
      throws SettingsException {
    Map<String, String> params =
        Map.of("deadline", "1s", "grace", "1ms", "onExpiry", "abandon", "routes", "/a = 1s");
    Map<String, String> variables =
        Map.of("DEADLINE_FILTER_DEADLINE", "2s", "DEADLINE_FILTER_ON_EXPIRY", "cooperate");
    Map<String, String> properties = Map.of("deadline-filter.deadline", "3s");

    Settings settings = Settings.of(params, new Environment(properties, variables, true));

    Route fallback = settings.routes().match("GET", "/", null);
    assertEquals(3_000_000_000L, fallback.deadlineNanos());
    assertEquals(OnExpiry.COOPERATE, fallback.onExpiry());
    assertEquals(1_000_000L, fallback.graceNanos());
    assertEquals(
        List.of(
            "deadline=3s (system property deadline-filter.deadline)",
            "routes=1 rule (web.xml)",
            "onExpiry=cooperate (environment variable DEADLINE_FILTER_ON_EXPIRY)",
            "grace=1ms (web.xml)"),
        settings.origins());
  }

  @Test
  void wrongValueInWebXml_isOverridden_deploys() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of("deadline", "5000", "routes", "nonsense"),
            new Environment(
                Map.of("deadline-filter.deadline", "5s", "deadline-filter.routes", ""),
                Map.of(),
                true));

    assertEquals(5_000_000_000L, settings.routes().match("GET", "/", null).deadlineNanos());
  }

  @Test
  void parameters_comeFromABuilder_originsAndMessagesSaySo() throws SettingsException {
    assertEquals(
        List.of("deadline=5s (builder)"),
        Settings.of(Map.of("deadline", "5s"), "builder", JAVA_21).origins());
    SettingsException refusal =
        assertThrows(
            SettingsException.class, () -> Settings.of(Map.of("worker", "x"), "builder", JAVA_21));
    assertEquals(
        "DeadlineFilter does not deploy: worker is \"x\" (builder), which is not one of its"
            + " values. Accepted: auto, pool, virtual, container, jndi:NAME.",
        refusal.getMessage());
  }

  @Test
  void headersFromOutside_areGiven_areReadInOneLine() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of(
                "requestStart", "X-Request-Start\n  overtime=2m",
                "clientDeadline", "prefer,\n  GRPC-Timeout"),
            JAVA_21);

    assertEquals(new RequestStart("X-Request-Start", 120_000_000_000L), settings.requestStart());
    assertEquals(
        List.of(ClientHeader.PREFER, ClientHeader.GRPC_TIMEOUT), settings.clientDeadline());
    assertEquals(
        List.of(
            "requestStart=X-Request-Start overtime=2m (web.xml)",
            "clientDeadline=prefer, GRPC-Timeout (web.xml)"),
        settings.origins());
  }

  @Test
  void requestStart_isSilentOnTheOvertime_uploadsHaveAMinute() throws SettingsException {
    assertEquals(
        new RequestStart("X-Queue-Start", 60_000_000_000L),
        Settings.of(Map.of("requestStart", "X-Queue-Start"), JAVA_21).requestStart());
  }

  @Test
  void veryLongValue_isRefused_messageStaysShort() {
    SettingsException refusal =
        assertThrows(
            SettingsException.class, () -> Settings.of(Map.of("mode", "x".repeat(9_999)), JAVA_21));
    assertEquals(true, String.valueOf(refusal.getMessage()).length() < 400);
  }

  @Test
  void environmentOfThisJvm_isTaken_holdsOurNamesOnly() {
    Environment environment = Environment.ofThisJvm();

    assertEquals(Runtime.version().feature() >= 21, environment.virtualThreads());
    environment
        .systemProperties()
        .keySet()
        .forEach(n -> assertEquals("deadline-filter.", n.substring(0, 16)));
    environment
        .variables()
        .keySet()
        .forEach(n -> assertEquals("DEADLINE_FILTER_", n.substring(0, 16)));
  }
}
