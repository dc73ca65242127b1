package io.github.deadlinefilter;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a deployed filter is made of, put together from its settings. */
final class Parts implements AutoCloseable {
  /** How long an undeployment waits for requests that have been told to stop. */
  private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How many of those that have not stopped are named in the log. */
  private static final int MOST_NAMED = 3;

  private static final String MBEANS = "javax.management.MBeanServer";
  private static final String MANAGED = "io.github.deadlinefilter.jmx.ManagedFilter";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Settings settings;
  private final String name;
  private final Bulkheads bulkheads;
  private final Runs runs;
  private final Events events;
  private final WorkerKind worker;
  private final Pass pass;
  private final Threads threads;
  private final Background background;
  private final DeadlineTimer timer;
  private final AbandonedWorkers abandoned;
  private final Clockwork clockwork;
  private final Debug debug;
  private final Repeats repeats;
  private final EdgeWait edgeWait;
  private final ClientDeadline clientDeadline;
  private final Health health;
  private final @Nullable Observer observer;
  private final @Nullable Workers workers;

  /** The class loader ends with this filter's application. */
  private final boolean endsLoader;

  private final Runnable undeployed;
  private final Management management;
  private final @Nullable AutoCloseable managed;
  private final BoardFeed feed;
  private final ServletContext servletContext;

  private volatile boolean asyncChecked;

  private Parts(Settings settings, List<DeadlineListener> listeners, FilterConfig config)
      throws SettingsException {
    this.settings = settings;
    this.name = config.getFilterName();
    threads = new Threads();
    ThreadFactory virtual = Threads.virtual("deadline-worker");
    background = new Background(threads);
    timer = new DeadlineTimer(threads);
    abandoned = new AbandonedWorkers(threads.named("deadline-abandoned"));
    Linter linter = new Linter();
    clockwork = new FilterClockwork(Ticker.SYSTEM, timer, background, abandoned, linter);
    RequestDeadline.preload(clockwork);
    ContainerQuirks quirks = ContainerQuirks.of(config.getServletContext());
    worker = quirks.needsContainerThread() ? WorkerKind.CONTAINER : settings.worker();
    debug = new Debug(settings.debug());
    edgeWait = new EdgeWait(settings.requestStart(), EdgeWait.WALL);
    clientDeadline = new ClientDeadline(settings.clientDeadline());
    repeats =
        new Repeats(
            (nanos, task) -> timer.in(nanos, () -> background.act(task)), // a log may block
            settings.logEveryNanos());
    ApplicationLines lines = new ApplicationLines(config.getServletContext());
    Expiry expiry = new Expiry(quirks, settings.errorPage(), worker, debug, repeats, lines);
    StuckWorkers stuck = new StuckWorkers(settings.maxStuck());
    bulkheads =
        new Bulkheads(
            settings.routes().all(),
            new Admission(settings.workers(), settings.queue()),
            stuck,
            Ticker.SYSTEM);
    ContextHandover context =
        worker == WorkerKind.CONTAINER ? ContextHandover.NONE : ContextHandover.ofThisClassPath();
    events = Listeners.of(listeners, config.getServletContext(), threads);
    runs = new Runs(expiry, quirks, bulkheads, context, events, timer, background);
    if (worker == WorkerKind.CONTAINER) {
      stuck.listen(new LentThreads(quirks, settings.maxStuck()));
    }
    LastResort lastResort = LastResort.of(settings.recycle(), stuck, timer, background::act);
    if (lastResort != null) {
      stuck.listen(lastResort);
    }
    workers =
        switch (worker) {
          case CONTAINER -> null;
          case VIRTUAL -> Workers.virtual(Objects.requireNonNull(virtual, "virtual threads"));
          case JNDI ->
              Workers.jndi(
                  Objects.requireNonNull(settings.executor(), "executor"),
                  run -> ((RequestRun) run).leavePlace());
          case AUTO, POOL -> new WorkerPool(threads.named("deadline-worker"), settings.workers());
        };
    pass = workers == null ? Pass.onContainerThread(runs) : Pass.onWorker(runs, workers);
    observer =
        settings.mode() == Mode.OBSERVE
            ? new Observer(
                settings,
                timer,
                background::act,
                Ticker.SYSTEM,
                repeats,
                expiry.news().recent(),
                lines,
                bulkheads,
                edgeWait,
                clientDeadline)
            : null;
    endsLoader = AdapterUndeployment.isOf(config.getServletContext());
    health = new Health(name, stuck, lastResort);
    String shown = FilterName.shown(name);
    String contextPath =
        Objects.requireNonNullElse(config.getServletContext().getContextPath(), "");
    if (settings.mode() == Mode.ENFORCE) {
      Listeners.measure(
          events,
          contextPath,
          shown,
          settings.routes().all().stream()
              .filter(Route::hasLimit)
              .map(Route::name)
              .collect(Collectors.toSet()),
          runs::count,
          ignored());
    }
    undeployed =
        settings.mode() == Mode.OFF
            ? () -> {}
            : DeployedLimits.INSTANCE.deployed(linter, settings.routes().all());
    health.publish(config.getServletContext()); // late: nothing can refuse to deploy any more
    Observer observes = observer;
    ToIntBiFunction<String, String> count = observes == null ? runs::count : observes::count;
    management = new Management(settings, worker, runs, count, expiry.outcomes());
    managed =
        settings.mode() == Mode.OFF
            ? null
            : (AutoCloseable) OptionalLibrary.bind(MBEANS, MANAGED, management, contextPath, shown);
    feed = new BoardFeed(shown, settings, runs, management, expiry.news().recent(), count);
    servletContext = config.getServletContext();
    if (settings.mode() != Mode.OFF) {
      feed.publish(servletContext);
    }
  }

  /** How many values of each header from outside have been ignored, by reason. */
  private Map<String, Map<String, LongSupplier>> ignored() {
    Stream<IgnoredValues> ofEdge =
        settings.requestStart() == null ? Stream.of() : Stream.of(edgeWait.ignored());
    return Stream.concat(ofEdge, clientDeadline.ignored().stream())
        .collect(Collectors.toMap(IgnoredValues::header, IgnoredValues::counts, (a, b) -> a));
  }

  /**
   * Reads the settings of {@code config}, or those that were given in code, and starts.
   *
   * @throws ServletException if one is wrong; it names the parameter, the value, and what is
   *     accepted
   */
  static Parts of(Map<String, String> built, List<DeadlineListener> listeners, FilterConfig config)
      throws ServletException {
    Map<String, String> params = new LinkedHashMap<>(built);
    for (String param : Collections.list(config.getInitParameterNames())) {
      params.put(param, config.getInitParameter(param));
    }
    Settings settings =
        Settings.of(params, built.isEmpty() ? "web.xml" : "builder", Environment.ofThisJvm());
    Parts parts = new Parts(settings, listeners, config);
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: mode={1} worker={2} workers={3} queue={4} maxStuck={5}; set: {6}",
        parts.name,
        settings.mode().name().toLowerCase(Locale.ROOT),
        parts.worker.name().toLowerCase(Locale.ROOT),
        Integer.toString(settings.workers()),
        Integer.toString(settings.queue()),
        Integer.toString(settings.maxStuck()),
        settings.origins());
    return parts;
  }

  boolean isOff() {
    return settings.mode() == Mode.OFF;
  }

  /** Not null in {@link Mode#OBSERVE}. */
  @Nullable Observer observer() {
    return observer;
  }

  Routes routes() {
    return settings.routes();
  }

  Runs runs() {
    return runs;
  }

  Pass pass() {
    return pass;
  }

  /** A request has matched {@code route}, whatever is made of it. */
  void asked(Route route) {
    bulkheads.of(route).history().asked();
  }

  RequestRun newRun(Route route, HttpServletRequest request, HttpServletResponse response) {
    Bulkhead bulkhead = bulkheads.of(route);
    RequestDeadline deadline = newDeadline(bulkhead, request, response);
    if (debug.isSuspended()) {
      deadline.suspend();
    }
    RequestRun run = new RequestRun(runs, bulkhead, deadline, request, response);
    // Only what was over before: a busy machine may take longer to come here than a short deadline.
    if (deadline.waitedNanos() >= deadline.lengthNanos() && deadline.isExpired()) {
      run.reason(Reason.EXPIRED_ON_ARRIVAL);
    }
    return run;
  }

  /** What comes from outside shortens a deadline that there is, and makes none. */
  private RequestDeadline newDeadline(
      Bulkhead bulkhead, HttpServletRequest request, HttpServletResponse response) {
    String route = bulkhead.route.name();
    long ofRoute = bulkhead.deadlineNanos();
    if (ofRoute == Route.NO_DEADLINE) {
      return new RequestDeadline(clockwork, route, ofRoute);
    }
    long length = ofRoute;
    ClientDeadline.Asked asked = clientDeadline.of(request);
    if (asked != null && asked.nanos() <= length) {
      length = asked.nanos();
      if (asked.waitSeconds() > 0) {
        // Before the application comes, so that it counts as an outer filter's and stays in a 503.
        response.addHeader("Preference-Applied", "wait=" + asked.waitSeconds());
      }
    }
    return RequestDeadline.begun(clockwork, route, length, ofRoute, edgeWait.nanos(request));
  }

  /**
   * Says once, at the first request, if asynchronous processing is impossible behind this filter.
   */
  void checkAsync(HttpServletRequest request) {
    if (asyncChecked) {
      return;
    }
    asyncChecked = true;
    if (!request.isAsyncSupported()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: this filter, or one before it, is not registered with"
              + " <async-supported>true</async-supported>: no servlet behind it can start"
              + " asynchronous processing",
          name);
    }
  }

  private void unmanage() {
    if (managed != null) {
      try {
        managed.close();
      } catch (Exception e) { // somebody else has taken it out
        LOG.log(System.Logger.Level.DEBUG, name + " is not in the MBean server any more", e);
      }
    }
  }

  @Override
  public void close() {
    health.stopping();
    feed.close(); // before its streams are ended as if they were late
    feed.withdraw(servletContext); // after: a stream that begins meanwhile hears of it at once
    unmanage();
    undeployed.run();
    if (observer != null) {
      observer.report();
    }
    runs.refuseNew();
    long start = System.nanoTime();
    List<RequestRun> inside = runs.stop(STOP_NANOS);
    if (!inside.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} requests have not stopped within {2}; their workers end when they leave: {3}",
          name,
          inside.size(),
          Nanos.format(STOP_NANOS),
          inside.stream()
              .limit(MOST_NAMED)
              .map(RequestRun::toString)
              .collect(Collectors.joining("; ")));
    }
    if (workers != null) {
      workers.close();
    }
    repeats.close();
    timer.close();
    background.close();
    abandoned.close();
    events.close();
    if (endsLoader) {
      AdapterUndeployment.begin();
    }
    threads.awaitEnd(STOP_NANOS - (System.nanoTime() - start));
  }
}
