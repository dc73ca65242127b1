package io.github.deadlinefilter;

import jakarta.servlet.FilterConfig;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a deployed filter is made of, put together from its settings. */
final class Parts implements AutoCloseable {
  /** How long an undeployment waits for requests that have been told to stop. */
  private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How many of those that have not stopped are named in the log. */
  private static final int MOST_NAMED = 3;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Settings settings;
  private final String name;
  private final Runs runs;
  private final WorkerKind worker;
  private final Pass pass;
  private final Threads threads;
  private final Background background;
  private final DeadlineTimer timer;
  private final Admission admission;
  private final @Nullable Workers workers;
  private volatile boolean asyncChecked;

  private Parts(Settings settings, FilterConfig config) {
    this.settings = settings;
    this.name = config.getFilterName();
    threads = new Threads();
    ThreadFactory virtual = Threads.virtual("deadline-worker");
    background = new Background(threads);
    timer = new DeadlineTimer(threads);
    ContainerQuirks quirks = ContainerQuirks.of(config.getServletContext());
    worker = quirks.needsContainerThread() ? WorkerKind.CONTAINER : settings.worker();
    Expiry expiry = new Expiry(quirks, settings.errorPage(), worker);
    runs = new Runs(expiry, quirks, timer, background);
    admission = new Admission(settings.workers(), settings.queue());
    workers =
        switch (worker) {
          case CONTAINER -> null;
          case VIRTUAL -> Workers.virtual(Objects.requireNonNull(virtual, "virtual threads"));
          case AUTO, POOL -> Workers.pool(threads, "deadline-worker", settings.workers());
        };
    pass =
        workers == null
            ? Pass.onContainerThread(runs, admission)
            : Pass.onWorker(runs, admission, workers);
  }

  /**
   * Reads the settings of {@code config}, or those that were given in code, and starts.
   *
   * @throws ServletException if one is wrong; it names the parameter, the value, and what is
   *     accepted
   */
  static Parts of(Map<String, String> built, FilterConfig config) throws ServletException {
    Map<String, String> params = new LinkedHashMap<>(built);
    for (String param : Collections.list(config.getInitParameterNames())) {
      params.put(param, config.getInitParameter(param));
    }
    Settings settings =
        Settings.of(params, built.isEmpty() ? "web.xml" : "builder", Environment.ofThisJvm());
    Parts parts = new Parts(settings, config);
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: mode={1} worker={2} workers={3} queue={4}; set: {5}",
        parts.name,
        settings.mode().name().toLowerCase(Locale.ROOT),
        parts.worker.name().toLowerCase(Locale.ROOT),
        Integer.toString(settings.workers()),
        Integer.toString(settings.queue()),
        settings.origins());
    return parts;
  }

  boolean isOff() {
    return settings.mode() == Mode.OFF;
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

  RequestRun newRun(Route route, HttpServletRequest request, HttpServletResponse response) {
    Deadline deadline =
        new Deadline(
            Ticker.SYSTEM, route.name(), route.deadlineNanos(), background.cancellations());
    return new RequestRun(runs, route, deadline, request, response);
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

  @Override
  public void close() {
    runs.refuseNew();
    admission.open();
    long start = System.nanoTime();
    List<RequestRun> inside = runs.stop(STOP_NANOS);
    if (!inside.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} requests have not stopped within {2}; their workers end when they leave: {3}",
          name,
          inside.size(),
          Durations.format(STOP_NANOS),
          inside.stream()
              .limit(MOST_NAMED)
              .map(RequestRun::toString)
              .collect(Collectors.joining("; ")));
    }
    if (workers != null) {
      workers.close();
    }
    timer.close();
    background.close();
    threads.awaitEnd(STOP_NANOS - (System.nanoTime() - start));
  }
}
