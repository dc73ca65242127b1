package io.github.deadlinefilter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs in flight: finds the run of a request that comes back in an ASYNC dispatch, watches the
 * deadlines that no container thread waits for, and ends them all when the filter is destroyed.
 *
 * <p>Thread-safe.
 */
final class Runs {
  private final Expiry expiry;
  private final ContainerQuirks quirks;
  private final Bulkheads bulkheads;
  private final ContextHandover context;
  private final Events events;
  private final DeadlineTimer timer;

  private final Background background;
  private final LeftBehind leftBehind;

  private final Set<RequestRun> inFlight = ConcurrentHashMap.newKeySet();

  /** By the container's request, which keeps its identity over the dispatches of one request. */
  private final Map<Identity, RequestRun> asynchronous = new ConcurrentHashMap<>();

  private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(10);

  private volatile boolean stopping;

  /** Some asynchronous dispatch has come through the filter. */
  private volatile boolean mappedForAsync;

  private volatile boolean saidUnmapped;

  Runs(
      Expiry expiry,
      ContainerQuirks quirks,
      Bulkheads bulkheads,
      ContextHandover context,
      Events events,
      DeadlineTimer timer,
      Background background) {
    this.expiry = expiry;
    this.quirks = quirks;
    this.bulkheads = bulkheads;
    this.context = context;
    this.events = events;
    this.timer = timer;
    this.background = background;
    this.leftBehind = new LeftBehind(expiry);
  }

  ContainerQuirks quirks() {
    return quirks;
  }

  Bulkheads bulkheads() {
    return bulkheads;
  }

  ContextHandover context() {
    return context;
  }

  Events events() {
    return events;
  }

  Expiry expiry() {
    return expiry;
  }

  LeftBehind leftBehind() {
    return leftBehind;
  }

  private record Identity(Object request) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Identity identity && identity.request == request;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(request);
    }
  }

  /** The run that {@code request} belongs to, null if it has none yet. */
  @Nullable RequestRun find(HttpServletRequest request) {
    GuardedRequest guard = Wrappers.guard(request);
    if (guard != null) {
      return guard.run;
    }
    if (request.getDispatcherType() != DispatcherType.ASYNC || asynchronous.isEmpty()) {
      return null;
    }
    RequestRun run = asynchronous.get(new Identity(Wrappers.innermost(request)));
    return run == null || run.tenure().isOver() ? null : run;
  }

  void started(RequestRun run) {
    if (run.pass() > 1 && !mappedForAsync) {
      mappedForAsync = true; // and never false again, whoever else is here
    }
    inFlight.add(run);
    // Race with stop(): it sets the flag before it looks at who is in flight.
    if (stopping) {
      run.reason(Reason.STOPPING);
      run.deadline.expireNow(Reason.STOPPING);
    }
  }

  /** The application has made the request asynchronous: it may come back. */
  void remember(RequestRun run) {
    asynchronous.put(new Identity(run.request), run);
    inFlight.add(run);
    // Race with the end of the run, which a thread that is about to dispatch does not keep away.
    if (run.isEnded()) {
      finished(run);
    }
  }

  /** Starts what may block, as {@link Background#cancel}. */
  boolean cancel(Runnable task) {
    return background.cancel(task);
  }

  /** Runs what is the filter's own and may block for a moment. */
  void act(Runnable task) {
    background.act(task);
  }

  /** Has the timer run {@code task}, which does not block, in {@code nanos}. */
  DeadlineTimer.Alarm in(long nanos, Runnable task) {
    return timer.in(nanos, task);
  }

  /** Nothing is to be watched or found any more. Idempotent. */
  void finished(RequestRun run) {
    run.alarm(null);
    inFlight.remove(run);
    if (run.isAsyncEver() && !run.isDispatchCalled()) {
      forget(run);
    }
  }

  /** As {@link #finished}: it has ended in time. */
  void ended(RequestRun run) {
    finished(run);
    if ((run.know(RequestRun.ENDED) & RequestRun.ENDED) == 0) {
      run.remember();
      expiry.news().recent().ended(run);
      events.ended(run);
      if (run.route.onExpiry() != OnExpiry.ABANDON) {
        run.deadline.outliveRequest();
      }
    }
  }

  /** The container will not bring the request back. */
  void forget(RequestRun run) {
    asynchronous.remove(new Identity(run.request), run);
  }

  /**
   * An asynchronous dispatch ended without having come through the filter. That says nothing of its
   * mappings if others have: a container may not bring it at all when the client has gone.
   */
  void dispatchedElsewhere() {
    if (!mappedForAsync && !saidUnmapped) {
      saidUnmapped = true;
      System.getLogger("io.github.deadlinefilter")
          .log(
              System.Logger.Level.WARNING,
              "An asynchronous dispatch ran without a deadline: map the filter for it, too, with"
                  + " <dispatcher>ASYNC</dispatcher>");
    }
  }

  /** Looks at {@code run} at its deadline, from the timer's side. */
  void watch(RequestRun run) {
    // Race of the container thread with whoever begins the response: the one whose alarm stays
    // must be the one who looked last.
    synchronized (run) {
      int pass = run.pass();
      long nanos = run.nextLookNanos();
      if (nanos == Long.MAX_VALUE) {
        return;
      }
      run.alarm(timer.in(nanos, () -> answer(run, pass)));
    }
  }

  private void answer(RequestRun run, int pass) {
    try {
      background.answer(() -> expiry.later(run, pass));
    } catch (RejectedExecutionException e) {
      // The filter is destroyed and has told this run to stop.
    } catch (OutOfMemoryError e) { // the system has no thread left to give just now
      run.alarm(timer.in(AGAIN, () -> answer(run, pass)));
    }
  }

  /**
   * Runs {@code task} on the timer in {@code nanos}, unless the worker has left {@code run} by
   * then.
   */
  void whileInside(RequestRun run, long nanos, Runnable task) {
    run.alarm(timer.in(nanos, () -> background.act(task)));
    // Race with the worker: it may have left before the alarm was set.
    if (!run.interrupts.isOpen()) {
      run.alarm(null);
    }
  }

  /**
   * How many requests there are now.
   *
   * @param what {@code in-flight}, {@code queued} or {@code stuck}
   */
  int count(String route, String what) {
    if (what.equals("stuck")) {
      return bulkheads.stuck().countOf(route);
    }
    boolean queued = what.equals("queued");
    return (int)
        inFlight.stream()
            .filter(run -> run.route.name().equals(route))
            .mapToInt(RunState::phase)
            .filter(phase -> queued ? phase == RunState.NEW : phase < RunState.EXPIRED)
            .filter(phase -> queued || phase != RunState.NEW)
            .count();
  }

  /** Those that have not ended, and those whose workers are stuck. */
  Collection<RequestRun> inFlight() {
    return inFlight;
  }

  /** Those that have not ended, the oldest first. */
  Stream<RequestRun> oldest(int most) {
    return Aged.oldestFirst(inFlight, run -> run.deadline.elapsedNanos())
        .filter(run -> !run.isExpired())
        .limit(most);
  }

  /** The one of {@link #inFlight} that somebody has been told of by this id. */
  @Nullable RequestRun withIncident(String id) {
    return inFlight.stream().filter(run -> run.isIncident(id)).findFirst().orElse(null);
  }

  boolean isStopping() {
    return stopping;
  }

  /** Refuses new runs from now on. */
  void refuseNew() {
    stopping = true;
    bulkheads.refuseAll();
  }

  /**
   * Expires all runs and waits for them; after {@link #refuseNew}.
   *
   * @param nanos how long to wait at most
   * @return those that have not ended
   */
  List<RequestRun> stop(long nanos) {
    for (RequestRun run : inFlight) {
      run.expireEarly(Reason.STOPPING);
    }
    leftBehind.stop();
    long start = System.nanoTime();
    while (!inFlight.isEmpty()
        && System.nanoTime() - start < nanos
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, 1_000_000);
    }
    return List.copyOf(inFlight);
  }
}
