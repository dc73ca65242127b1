package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one filter. Immutable and valid: a wrong one refuses to deploy instead of being
 * repaired. Read from any thread.
 *
 * <p>An override from outside holds for every DeadlineFilter of the JVM, whatever its name.
 *
 * @param worker the kind that is used, never {@link WorkerKind#AUTO}
 * @param workers how many requests run at a time, at most
 * @param queue how many wait for a worker, at most; may be 0
 * @param errorPage a path in the application to forward to for the direct answer, or null
 * @param origins what was set and where, such as {@code deadline=5s (web.xml)}: for the log
 */
record Settings(
    Mode mode,
    WorkerKind worker,
    int workers,
    int queue,
    @Nullable String errorPage,
    Routes routes,
    List<String> origins) {
  private static final Pattern CONTEXT_PATH = Pattern.compile("/(?!/)[^\\p{Z}\\p{Cc}\\p{Cs}]*");

  Settings {
    origins = List.copyOf(origins);
  }

  /** Reads the init-params of web.xml, and what overrides them. */
  static Settings of(Map<String, String> initParams, Environment environment)
      throws SettingsException {
    return of(initParams, "web.xml", environment);
  }

  /**
   * Reads parameters, and what overrides them.
   *
   * @param place where the parameters come from, as the log and the messages name it
   */
  static Settings of(Map<String, String> params, String place, Environment environment)
      throws SettingsException {
    GivenSettings given = GivenSettings.of(params, place, environment);
    Route fallback =
        new Route(
            Route.DEFAULT_NAME,
            given.get(Parameter.DEADLINE, "30s").deadlineNanos(),
            given.get(Parameter.ON_EXPIRY, "interrupt").oneOf(OnExpiry.class),
            given.get(Parameter.GRACE, "5ms").graceNanos(),
            given.get(Parameter.STATUS, "503").status(),
            given.get(Parameter.RETRY_AFTER, "none").retryAfterSeconds(),
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT);
    Routes routes = RouteRules.parse(given.get(Parameter.ROUTES, ""), fallback);
    WorkerKind worker = worker(given.get(Parameter.WORKER, "auto"), environment);
    String manyWorkers = worker == WorkerKind.POOL ? "200" : "10000";
    int workers = given.get(Parameter.WORKERS, manyWorkers).count(/* least= */ 1);
    int queue = given.get(Parameter.QUEUE, Integer.toString(workers)).count(/* least= */ 0);
    return new Settings(
        given.get(Parameter.MODE, "enforce").oneOf(Mode.class),
        worker,
        workers,
        queue,
        errorPage(given.get(Parameter.ERROR_PAGE, "none")),
        routes,
        origins(given, routes));
  }

  private static WorkerKind worker(Given given, Environment environment) throws SettingsException {
    WorkerKind kind = given.oneOf(WorkerKind.class);
    if (kind == WorkerKind.AUTO) {
      return environment.virtualThreads() ? WorkerKind.VIRTUAL : WorkerKind.POOL;
    } else if (kind == WorkerKind.VIRTUAL && !environment.virtualThreads()) {
      throw SettingsException.noVirtualThreads(given);
    }
    return kind;
  }

  private static @Nullable String errorPage(Given given) throws SettingsException {
    if (given.text().equals("none")) {
      return null;
    } else if (!CONTEXT_PATH.matcher(given.text()).matches()) {
      throw SettingsException.notAContextPath(given);
    }
    return given.text();
  }

  private static List<String> origins(GivenSettings given, Routes routes) {
    List<String> origins = new ArrayList<>();
    for (Given one : given.all()) {
      String value = one.text();
      if (one.name().equals(Parameter.ROUTES.param())) {
        int rules = routes.all().size() - 1;
        value = rules == 1 ? "1 rule" : rules + " rules";
      }
      origins.add(one.name() + "=" + value + " (" + one.place() + ")");
    }
    return origins;
  }
}
