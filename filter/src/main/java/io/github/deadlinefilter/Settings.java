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
 * @param executor the name in JNDI of what runs the chains with {@link WorkerKind#JNDI}, else null
 * @param workers how many requests run at a time, at most
 * @param queue how many wait for a worker, at most; may be 0
 * @param maxStuck from how many stuck workers on routes that have some take no new requests
 * @param recycle when the process is given up, null for never
 * @param debug what deadlines do under a debugger
 * @param errorPage a path in the application to forward to for the direct answer, or null
 * @param requestStart the header that says when the edge received a request, or null
 * @param clientDeadline the headers by which a client may ask for a shorter deadline
 * @param logEveryNanos how often the same is logged; 0 for as often as it happens
 * @param origins what was set and where, such as {@code deadline=5s (web.xml)}: for the log
 */
record Settings(
    Mode mode,
    WorkerKind worker,
    @Nullable String executor,
    int workers,
    int queue,
    int maxStuck,
    @Nullable Recycle recycle,
    Debug.Kind debug,
    @Nullable String errorPage,
    @Nullable RequestStart requestStart,
    List<ClientHeader> clientDeadline,
    long logEveryNanos,
    Routes routes,
    List<String> origins) {
  private static final Pattern CONTEXT_PATH = Pattern.compile("/(?!/)[^\\p{Z}\\p{Cc}\\p{Cs}]*");

  private static final Pattern SPACE = Pattern.compile("[\\p{Z}\\p{Cc}]+");

  private static final int MANY_LENT = 100;

  private static final String JNDI = "jndi:";
  private static final String WORKERS = "auto, pool, virtual, container, jndi:NAME";

  Settings {
    clientDeadline = List.copyOf(clientDeadline);
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
            given.get(Parameter.GRACE, "5ms").nanos(),
            given.get(Parameter.STATUS, "503").status(),
            given.get(Parameter.RETRY_AFTER, "none").retryAfterSeconds(),
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT,
            given.get(Parameter.SERVER_TIMING, "off").isOn(),
            RouteLimits.NONE);
    Routes routes = RouteRules.parse(given.get(Parameter.ROUTES, ""), fallback);
    Given workerGiven = given.get(Parameter.WORKER, "auto");
    WorkerKind worker = worker(workerGiven, environment);
    boolean few = worker == WorkerKind.POOL || worker == WorkerKind.JNDI;
    String manyWorkers = few ? "200" : "10000";
    int workers = given.get(Parameter.WORKERS, manyWorkers).count(/* least= */ 1);
    int queue = given.get(Parameter.QUEUE, Integer.toString(workers)).count(/* least= */ 0);
    return new Settings(
        given.get(Parameter.MODE, "enforce").oneOf(Mode.class),
        worker,
        worker == WorkerKind.JNDI ? workerGiven.text().substring(JNDI.length()) : null,
        workers,
        queue,
        given.get(Parameter.MAX_STUCK, manyStuck(worker, workers)).count(/* least= */ 1),
        recycle(given.get(Parameter.RECYCLE, "none")),
        given.get(Parameter.DEBUG, "suspend").oneOf(Debug.Kind.class),
        errorPage(given.get(Parameter.ERROR_PAGE, "none")),
        requestStart(given.get(Parameter.REQUEST_START, "none")),
        List.copyOf(ClientHeader.parse(given.get(Parameter.CLIENT_DEADLINE, "none"))),
        given.get(Parameter.LOG_EVERY, "1m").nanos(),
        routes,
        origins(given, routes));
  }

  /** Of the container's own threads nobody here knows how many there are: a cautious guess. */
  private static String manyStuck(WorkerKind worker, int workers) {
    int half = Math.max(1, workers / 2);
    return Integer.toString(worker == WorkerKind.CONTAINER ? Math.min(MANY_LENT, half) : half);
  }

  private static WorkerKind worker(Given given, Environment environment) throws SettingsException {
    if (given.text().startsWith(JNDI) && given.text().length() > JNDI.length()) {
      return WorkerKind.JNDI;
    }
    WorkerKind kind = given.text().equals("jndi") ? null : given.oneOf(WorkerKind.class, WORKERS);
    if (kind == null) {
      throw SettingsException.notOneOf(given, WORKERS);
    } else if (kind == WorkerKind.AUTO) {
      return environment.virtualThreads() ? WorkerKind.VIRTUAL : WorkerKind.POOL;
    } else if (kind == WorkerKind.VIRTUAL && !environment.virtualThreads()) {
      throw SettingsException.noVirtualThreads(given);
    }
    return kind;
  }

  private static @Nullable Recycle recycle(Given given) throws SettingsException {
    return given.text().equals("none") ? null : Recycle.parse(given);
  }

  private static @Nullable RequestStart requestStart(Given given) throws SettingsException {
    return given.text().equals("none") ? null : RequestStart.parse(given);
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
      String value = SPACE.matcher(one.text()).replaceAll(" "); // one line in the log
      if (one.name().equals(Parameter.ROUTES.param())) {
        int rules = routes.all().size() - 1;
        value = rules == 1 ? "1 rule" : rules + " rules";
      }
      origins.add(one.name() + "=" + value + " (" + one.place() + ")");
    }
    return origins;
  }
}
