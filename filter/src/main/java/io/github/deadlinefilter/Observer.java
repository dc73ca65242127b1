package io.github.deadlinefilter;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code mode=observe}: requests pass untouched on their container threads, and what the settings
 * would have done to them is counted, logged, and every ten minutes reported by route.
 *
 * <p>Nothing waits here, so a request that finds as many at work as there are workers and places in
 * the queue counts as one that would have been refused. From then on it counts for nothing else: it
 * would have taken no place, and would not have been late.
 *
 * <p>Thread-safe.
 */
final class Observer {
  private static final Duration REPORT_EVERY = Duration.ofMinutes(10);
  private static final Duration STACK_EVERY = Duration.ofSeconds(1);
  private static final int STACKS_AT_ONCE = 10;

  private static final String EXPIRED = "Would have expired";
  private static final String REFUSED = "Would have been refused";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Settings settings;
  private final DeadlineTimer timer;

  /** For what may wait: for whoever writes the log. */
  private final Executor background;

  private final Ticker ticker;
  private final Repeats repeats;
  private final Recent recent;
  private final ApplicationLines lines;
  private final EdgeWait edgeWait;
  private final ClientDeadline clientDeadline;
  private final RateLimit stacks;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger late = new AtomicInteger();
  private final IdentityHashMap<Route, Tally> tallies = new IdentityHashMap<>();

  /** What was seen of one route since the last report. */
  private static final class Tally {
    final Route route;
    final Bulkhead bulkhead;

    /** Whose chain has not returned: an asynchronous one takes no worker after that. */
    final AtomicInteger running = new AtomicInteger();

    /** Of {@link #running}, those that count as stuck. */
    final AtomicInteger late = new AtomicInteger();

    /** Neither late nor over. */
    final AtomicInteger inFlight = new AtomicInteger();

    final ServiceTimes times = new ServiceTimes();

    // Guarded by this.
    private long requests;
    private long expired;
    private long refused;
    private long longestNanos;

    Tally(Bulkhead bulkhead) {
      this.bulkhead = bulkhead;
      this.route = bulkhead.route;
    }

    synchronized void ended(long nanos, boolean wasLate) {
      requests++;
      expired += wasLate ? 1 : 0;
      longestNanos = Math.max(longestNanos, nanos);
    }

    synchronized void refused() {
      refused++;
    }

    /** Null if everything went as it should; begins anew. */
    synchronized @Nullable String take() {
      String line =
          expired == 0 && refused == 0
              ? null
              : "route=\""
                  + route.name()
                  + "\" requests="
                  + requests
                  + " would-have-expired="
                  + expired
                  + " would-have-been-refused="
                  + refused
                  + " longest="
                  + millis(longestNanos);
      requests = 0;
      expired = 0;
      refused = 0;
      longestNanos = 0;
      return line;
    }
  }

  Observer(
      Settings settings,
      DeadlineTimer timer,
      Executor background,
      Ticker ticker,
      Repeats repeats,
      Recent recent,
      ApplicationLines lines,
      Bulkheads bulkheads,
      EdgeWait edgeWait,
      ClientDeadline clientDeadline) {
    this.settings = settings;
    this.timer = timer;
    this.background = background;
    this.ticker = ticker;
    this.repeats = repeats;
    this.recent = recent;
    this.lines = lines;
    this.edgeWait = edgeWait;
    this.clientDeadline = clientDeadline;
    stacks = new RateLimit(ticker, STACK_EVERY, STACKS_AT_ONCE);
    Collection<Route> routes = settings.routes().all();
    routes.forEach(route -> tallies.put(route, new Tally(bulkheads.of(route))));
    reportLater();
  }

  /** Runs the chain, and sees what becomes of it. On the container thread. */
  void run(Route route, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Watch watch = new Watch(Objects.requireNonNull(tallies.get(route), "route"), request, response);
    watch.begin();
    try {
      chain.doFilter(request, response);
    } finally {
      watch.leave(request);
    }
  }

  /** One request. Its own monitor orders its end and its deadline. */
  private final class Watch implements AsyncListener {
    private final Tally tally;
    private final String method;
    private final HttpServletResponse response;
    private final InterruptFence inside = new InterruptFence(); // never asked to interrupt
    private final long start = ticker.nanos();
    private final long deadlineNanos;
    private final long waitedNanos;

    /** Of the route, whatever the client has asked for. */
    private final long routeNanos;

    /** Set before the chain runs; null if the request would have been refused. */
    private volatile DeadlineTimer.@Nullable Alarm alarm;

    // Guarded by this.
    private boolean over;
    private boolean wasLate;
    private boolean hasLeft;
    private boolean stuck;
    private DeadlineTimer.@Nullable Alarm stuckAlarm;
    private @Nullable String incident;

    /** Written before the chain runs. */
    private volatile boolean wouldHaveRun = true;

    /** That it was late is in the log, and not one of many. */
    private volatile boolean said;

    Watch(Tally tally, HttpServletRequest request, HttpServletResponse response) {
      this.tally = tally;
      this.method = ExpiryReport.clean(request.getMethod());
      this.response = response;
      inside.open(Thread.currentThread());
      long length = tally.bulkhead.deadlineNanos();
      boolean has = length != Route.NO_DEADLINE;
      ClientDeadline.Asked asked = has ? clientDeadline.of(request) : null;
      deadlineNanos = asked == null ? length : Math.min(length, asked.nanos());
      waitedNanos = has ? edgeWait.nanos(request) : 0;
      routeNanos = length;
    }

    void begin() {
      RouteLimits limits = tally.route.limits();
      int all = running.incrementAndGet();
      int own = tally.running.incrementAndGet();
      int stuck = tally.late.get();
      Reason refused = null;
      if (stuck > 0 && (stuck >= limits.maxStuck() || late.get() >= settings.maxStuck())) {
        refused = Reason.STUCK;
      } else if (limits.shed() == RouteLimits.Shed.DOOMED
          && deadlineNanos > waitedNanos // else it is late, and not doomed
          && deadlineNanos - waitedNanos < tally.times.typicalNanos()
          && !tally.bulkhead.mayTry()) {
        refused = Reason.DOOMED;
      } else if (limits.hasMax() && own > (long) limits.max() + limits.queue()) {
        refused = Reason.ROUTE_FULL;
      } else if (all > (long) settings.workers() + settings.queue()) {
        refused = Reason.QUEUE_FULL;
      }
      if (refused == null) {
        tally.inFlight.incrementAndGet();
        alarm = // not before: it may ring at once
            timer.in(
                Math.max(0, deadlineNanos - waitedNanos), () -> background.execute(this::deadline));
      } else {
        wouldHaveRun = false;
        running.decrementAndGet();
        tally.running.decrementAndGet();
        tally.refused();
        tally.bulkhead.history().refused();
        recent.refused(tally.route.name(), refused);
        if (isNews(REFUSED, refused, "")) {
          LOG.log(System.Logger.Level.WARNING, line(REFUSED, refused));
        }
      }
    }

    /** The chain is through: the request, too, unless it goes on asynchronously. */
    void leave(HttpServletRequest request) {
      inside.close();
      workerLeaves();
      boolean goesOn = false;
      try {
        goesOn = request.isAsyncStarted();
        if (goesOn) {
          request.getAsyncContext().addListener(this);
        }
      } catch (IllegalStateException e) {
        goesOn = false; // it has been completed just now
      }
      if (!goesOn) {
        end();
      }
    }

    /** Its place is free, whether the request goes on or not. */
    private void workerLeaves() {
      if (!wouldHaveRun) {
        return;
      }
      synchronized (this) {
        hasLeft = true;
        if (stuckAlarm != null) {
          stuckAlarm.cancel();
        }
        if (stuck) {
          late.decrementAndGet();
          tally.late.decrementAndGet();
        }
      }
      tally.times.add(ticker.nanos() - start, deadlineNanos - waitedNanos);
      running.decrementAndGet();
      tally.running.decrementAndGet();
    }

    private void deadline() {
      synchronized (this) {
        boolean lifted = tally.route.until() == Until.COMMIT;
        if (over || (lifted && response.isCommitted())) {
          return;
        }
        wasLate = true;
        tally.inFlight.decrementAndGet();
        long early = routeNanos - waitedNanos - (ticker.nanos() - start);
        if (early <= 0) {
          stuck();
        } else if (!hasLeft) { // as StuckWorkers has it
          stuckAlarm = timer.in(early, this::stuck);
        }
      }
      List<StackTraceElement> stack = stacks.tryAcquire() ? inside.stack() : List.of();
      String at = Objects.requireNonNullElse(lines.of(stack), "");
      if (!at.isEmpty()) {
        tally.bulkhead.history().blamed(at);
      }
      tell(at, stack);
      said = isNews(EXPIRED, late(), at);
      if (said) {
        LOG.log(
            System.Logger.Level.WARNING,
            line(EXPIRED, late()) + (at.isEmpty() ? "" : " at=\"" + at + '"'),
            stack.isEmpty() ? null : new ExpiryReport.WorkerStack(stack, null));
      }
    }

    private synchronized void stuck() {
      if (!hasLeft) {
        stuck = true;
        late.incrementAndGet();
        tally.late.incrementAndGet();
      }
    }

    private void tell(String at, List<StackTraceElement> stack) {
      String id = Incident.next();
      recent.wouldHaveExpired(
          id,
          method,
          tally.route.name(),
          late(),
          deadlineNanos,
          ticker.nanos() - start + waitedNanos,
          at,
          stack,
          !inside.isOpen());
      boolean hasEnded;
      synchronized (this) {
        incident = id;
        hasEnded = over;
      }
      if (hasEnded) { // meanwhile, and had no id to name
        recent.leftLate(id, ticker.nanos() - start + waitedNanos - deadlineNanos);
      }
    }

    private boolean isNews(String what, Reason reason, String at) {
      return repeats.isNews(what, tally.route.name(), reason.code(), at);
    }

    private void end() {
      boolean counted;
      String id;
      synchronized (this) {
        if (over) {
          return;
        }
        over = true;
        counted = wasLate;
        id = incident;
        if (wouldHaveRun && !wasLate) {
          tally.inFlight.decrementAndGet();
        }
      }
      DeadlineTimer.Alarm set = alarm;
      if (set != null) {
        set.cancel();
      }
      long nanos = ticker.nanos() - start;
      tally.ended(nanos, counted);
      remember(nanos + waitedNanos, counted);
      if (counted && id != null) {
        recent.leftLate(id, nanos + waitedNanos - deadlineNanos);
      } else if (!counted && wouldHaveRun) {
        recent.completed();
      }
      if (counted && said) {
        LOG.log(
            System.Logger.Level.WARNING,
            line("Would have left late", late())
                + " overrun="
                + millis(nanos + waitedNanos - deadlineNanos));
      }
    }

    /** Of a response that only has to begin in time nobody here knows when it began. */
    private void remember(long nanos, boolean counted) {
      if (!wouldHaveRun || tally.route.until() == Until.COMMIT) {
        return;
      }
      RouteHistory history = tally.bulkhead.history();
      if (counted) {
        history.completedLate(nanos);
      } else {
        history.completed(nanos);
      }
    }

    private Reason late() {
      return waitedNanos < deadlineNanos ? Reason.EXPIRED : Reason.EXPIRED_ON_ARRIVAL;
    }

    private String line(String event, Reason reason) {
      return event
          + ": reason="
          + reason.code()
          + " method="
          + method
          + " route=\""
          + tally.route.name()
          + "\" deadline="
          + Nanos.format(deadlineNanos)
          + (waitedNanos == 0 ? "" : " waited=" + waitedNanos / 1_000_000 + "ms");
    }

    @Override
    public void onComplete(AsyncEvent event) {
      end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this); // a new cycle forgets those of the one before
    }

    @Override
    public void onTimeout(AsyncEvent event) {} // onComplete follows

    @Override
    public void onError(AsyncEvent event) {} // as above
  }

  /** As {@link Runs#count}; who is late and still inside counts as stuck. */
  int count(String name, String what) {
    for (Tally tally : tallies.values()) {
      if (tally.route.name().equals(name)) {
        return switch (what) {
          case "stuck" -> tally.late.get();
          case "in-flight" -> tally.inFlight.get();
          default -> 0; // nothing waits here
        };
      }
    }
    return 0;
  }

  private void reportLater() {
    timer.in(
        REPORT_EVERY.toNanos(),
        () -> {
          background.execute(this::report);
          reportLater();
        });
  }

  /** What was seen since the last one, by route; nothing of routes where all was well. */
  void report() {
    for (Tally tally : tallies.values()) {
      String line = tally.take();
      if (line != null) {
        LOG.log(System.Logger.Level.WARNING, "Observed: " + line);
      }
    }
  }

  private static String millis(long nanos) {
    return Nanos.format(nanos / 1_000_000 * 1_000_000);
  }
}
