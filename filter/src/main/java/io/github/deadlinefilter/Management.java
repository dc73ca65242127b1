package io.github.deadlinefilter;

import io.github.deadlinefilter.jmx.DeadlineFilterMXBean;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;

/**
 * What operators see of a filter and may do with it. Thread-safe.
 *
 * <p>The names are made of what a filter was given, so there are only so many; what a client sends
 * is shown as it is logged.
 */
final class Management implements DeadlineFilterMXBean {
  private static final int MOST_RUNNING = 1_000;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Settings settings;
  private final WorkerKind worker;
  private final Runs runs;
  private final ToIntBiFunction<String, String> count;
  private final InterruptOutcomes outcomes;

  /**
   * @param worker the kind that is used
   * @param count as {@link Runs#count}
   */
  Management(
      Settings settings,
      WorkerKind worker,
      Runs runs,
      ToIntBiFunction<String, String> count,
      InterruptOutcomes outcomes) {
    this.settings = settings;
    this.worker = worker;
    this.runs = runs;
    this.count = count;
    this.outcomes = outcomes;
  }

  @Override
  public String getMode() {
    return settings.mode().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String getWorker() {
    return worker.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public int getInFlight() {
    return sum("in-flight");
  }

  @Override
  public int getQueued() {
    return sum("queued");
  }

  @Override
  public int getStuck() {
    return sum("stuck");
  }

  private int sum(String what) {
    return settings.routes().all().stream()
        .mapToInt(route -> count.applyAsInt(route.name(), what))
        .sum();
  }

  @Override
  public List<RouteStatus> getRoutes() {
    return settings.routes().all().stream().map(this::figures).collect(Collectors.toList());
  }

  private RouteStatus figures(Route route) {
    Bulkhead bulkhead = runs.bulkheads().of(route);
    return new RouteView(
        route.name(),
        Nanos.format(bulkhead.deadlineNanos()),
        Nanos.format(route.deadlineNanos()),
        count.applyAsInt(route.name(), "in-flight"),
        count.applyAsInt(route.name(), "queued"),
        count.applyAsInt(route.name(), "stuck"),
        bulkhead.history().lastHour());
  }

  private record RouteView(
      String getRoute,
      String getDeadline,
      String getConfiguredDeadline,
      int getInFlight,
      int getQueued,
      int getStuck,
      Summary hour)
      implements RouteStatus {
    @Override
    public long getRequests() {
      return hour.requests();
    }

    @Override
    public long getExpired() {
      return hour.expired();
    }

    @Override
    public long getRefused() {
      return hour.refused();
    }

    @Override
    public double getP50Millis() {
      return millis(hour.quantileNanos(0.5));
    }

    @Override
    public double getP99Millis() {
      return millis(hour.quantileNanos(0.99));
    }

    @Override
    public double getP999Millis() {
      return millis(hour.quantileNanos(0.999));
    }

    @Override
    public double getLongestMillis() {
      return millis(hour.longestNanos());
    }

    private static double millis(long nanos) {
      return nanos == Summary.UNKNOWN ? Double.POSITIVE_INFINITY : nanos / 1e6;
    }
  }

  @Override
  public List<RunningRequest> getRunning() {
    return runs.oldest(MOST_RUNNING).map(Management::running).collect(Collectors.toList());
  }

  private static RunningRequest running(RequestRun run) {
    long length = run.deadline.lengthNanos();
    return new RunView(
        run.incident(),
        ExpiryReport.clean(run.method()),
        run.route.name(),
        Expiry.name(run.phase()),
        TimeUnit.NANOSECONDS.toMillis(run.deadline.elapsedNanos()),
        length == Route.NO_DEADLINE ? -1 : TimeUnit.NANOSECONDS.toMillis(length),
        run.slowAt(),
        run.deadline.whereTimeWent());
  }

  private record RunView(
      String getId,
      String getMethod,
      String getRoute,
      String getPhase,
      long getElapsedMillis,
      long getDeadlineMillis,
      String getBlamed,
      String getIo)
      implements RunningRequest {}

  @Override
  public List<StuckRequest> getStuckWorkers() {
    return runs.bulkheads().stuck().list().stream()
        .map(
            worker ->
                new StuckView(
                    worker.incident(),
                    worker.method(),
                    worker.route(),
                    worker.request(),
                    TimeUnit.NANOSECONDS.toMillis(worker.nanos()),
                    lines(worker.then()),
                    lines(worker.now())))
        .collect(Collectors.toList());
  }

  private static List<String> lines(List<StackTraceElement> stack) {
    return stack.stream().map(StackTraceElement::toString).collect(Collectors.toList());
  }

  private record StuckView(
      String getId,
      String getMethod,
      String getRoute,
      String getRequest,
      long getStuckMillis,
      List<String> getStackThen,
      List<String> getStackNow)
      implements StuckRequest {}

  @Override
  public List<InterruptedLine> getInterruptedLines() {
    return outcomes.list().stream()
        .sorted(Comparator.comparingLong(InterruptOutcomes.Tally::ignored).reversed())
        .map(tally -> new LineView(tally.place(), tally.ignored(), tally.sent()))
        .collect(Collectors.toList());
  }

  private record LineView(String getAt, long getIgnored, long getSent) implements InterruptedLine {}

  @Override
  public boolean cancel(String id) {
    RequestRun run = runs.withIncident(id);
    if (run == null) {
      return false;
    }
    boolean told = run.cancel();
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} an operator: incident={1} route=\"{2}\" elapsed={3}ms",
        told ? "Cancelled by" : "Too late for",
        id,
        run.route.name(),
        Long.toString(TimeUnit.NANOSECONDS.toMillis(run.deadline.elapsedNanos())));
    return told;
  }

  @Override
  public String setDeadline(String name, String text) {
    if (name == null || text == null) {
      throw new IllegalArgumentException("a route and a deadline are needed");
    }
    Route route =
        settings.routes().all().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    if (route.deadlineNanos() == Route.NO_DEADLINE) {
      throw new IllegalArgumentException(
          "\"" + name + "\" has no deadline in the settings, and keeps that");
    }
    long nanos = nanos(text);
    String before = Nanos.format(runs.bulkheads().of(route).deadlineNanos(nanos));
    LOG.log(
        System.Logger.Level.WARNING,
        "Deadline set by an operator: route=\"{0}\" deadline={1} before={2}",
        name,
        Nanos.format(nanos),
        before);
    return before;
  }

  /** What is thrown has to be known to whoever is at the other end, so it has no cause. */
  private static long nanos(String text) {
    try {
      return new Given("deadline", text.strip(), "JMX").deadlineNanos();
    } catch (SettingsException e) {
      throw new IllegalArgumentException(
          "deadline is \"" + text + "\"; accepted is " + Given.DURATIONS + ", or none");
    }
  }

  private String unknown(String name) {
    return "\""
        + name
        + "\" is not a route; there are "
        + settings.routes().all().stream()
            .map(route -> '"' + route.name() + '"')
            .collect(Collectors.joining(", "));
  }

  // ---- advice

  @Override
  public String getAdvice() {
    return advice().text();
  }

  @Override
  public String getAdviceJson() {
    return advice().json();
  }

  @Override
  public String getAdvisedRoutes() {
    return advice().routesText();
  }

  AdviceReport advice() {
    return AdviceReport.of(
        settings.routes(),
        settings.routes().all().stream()
            .map(runs.bulkheads()::of)
            .map(of -> new RouteFigures(of.route, of.deadlineNanos(), of.history().lastHour()))
            .toList());
  }
}
