package io.github.deadlinefilter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a run needs around it where no container is: a request and a response without content. */
final class BareServlet {
  private static final HttpServletRequest REQUEST = empty(HttpServletRequest.class);
  private static final HttpServletResponse RESPONSE = empty(HttpServletResponse.class);
  private static final ContainerQuirks QUIRKS = new ContainerQuirks();
  private static final DeadlineTimer TIMER = new DeadlineTimer(new Threads());
  private static final Background BACKGROUND = new Background(new Threads());
  private static final Route ROUTE =
      new Route(
          "default",
          TimeUnit.HOURS.toNanos(1),
          OnExpiry.INTERRUPT,
          /* graceNanos= */ 0,
          /* status= */ 503,
          Route.NO_RETRY_AFTER,
          Until.COMPLETE,
          Route.NO_IDLE_LIMIT,
          /* serverTiming= */ false,
          RouteLimits.NONE);

  /** Takes all, and keeps nothing. */
  private static final class NoBytes extends ServletOutputStream {
    @Override
    public void write(int b) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}
  }

  private BareServlet() {}

  /** A run whose worker, started by {@link RequestRun#run}, would run {@code chain}. */
  static RequestRun run(FilterChain chain) {
    return run(chain, QUIRKS);
  }

  /** As {@link #run(FilterChain)}, with time by {@code ticker}. */
  static RequestRun run(FilterChain chain, ManualTicker ticker) {
    return run(chain, QUIRKS, ticker);
  }

  /** As {@link #run(FilterChain)}, with time by {@code clock}, and alarms as well. */
  static RequestRun run(FilterChain chain, ManualTimer clock) {
    return run(chain, REQUEST, runs(ROUTE, QUIRKS, clock.timer), clock.ticker);
  }

  /** As {@link #run(FilterChain)}, for {@code request} of a container. */
  static RequestRun run(FilterChain chain, HttpServletRequest request) {
    return run(chain, request, runs(ROUTE, QUIRKS), new ManualTicker());
  }

  /** As {@link #run(FilterChain)}, in a container that needs {@code quirks}. */
  static RequestRun run(FilterChain chain, ContainerQuirks quirks) {
    return run(chain, quirks, new ManualTicker());
  }

  /** As both, for {@code request}. */
  static RequestRun run(FilterChain chain, ContainerQuirks quirks, HttpServletRequest request) {
    return run(chain, request, runs(ROUTE, quirks), new ManualTicker());
  }

  /** A run in a JVM that a debugger is attached to as long as {@code attached} says so. */
  static RequestRun debugged(BooleanSupplier attached) {
    ManualTicker ticker = new ManualTicker();
    Debug debug = new Debug(Debug.Kind.SUSPEND, /* agent= */ true, attached, ticker);
    return run(
        (request, response) -> {}, REQUEST, runs(bulkheads(ROUTE), QUIRKS, TIMER, debug), ticker);
  }

  private static RequestRun run(FilterChain chain, ContainerQuirks quirks, ManualTicker ticker) {
    return run(chain, REQUEST, runs(ROUTE, quirks), ticker);
  }

  /** As {@link #run(FilterChain)}, whose client has asked for no more time than {@code asked}. */
  static RequestRun asked(Duration asked, ManualTicker ticker) {
    Clockwork clockwork = new ManualClockwork(ticker, Runnable::run);
    long length = ROUTE.deadlineNanos();
    return run(
        (request, response) -> {},
        REQUEST,
        runs(ROUTE, QUIRKS),
        RequestDeadline.begun(
            clockwork, ROUTE.name(), asked.toNanos(), length, /* waitedNanos= */ 0));
  }

  private static RequestRun run(
      FilterChain chain, HttpServletRequest request, Runs runs, ManualTicker ticker) {
    Clockwork clockwork = new ManualClockwork(ticker, Runnable::run);
    return run(
        chain, request, runs, new RequestDeadline(clockwork, ROUTE.name(), ROUTE.deadlineNanos()));
  }

  private static RequestRun run(
      FilterChain chain, HttpServletRequest request, Runs runs, RequestDeadline deadline) {
    return run(chain, request, runs, ROUTE, deadline);
  }

  private static RequestRun run(
      FilterChain chain,
      HttpServletRequest request,
      Runs runs,
      Route route,
      RequestDeadline deadline) {
    RequestRun run = new RequestRun(runs, runs.bulkheads().of(route), deadline, request, RESPONSE);
    run.enterPass(chain, run.guardedRequest, run.guardedResponse, RESPONSE);
    return run;
  }

  /** A run of {@code bulkheads}, of which {@code route} is one. */
  static RequestRun run(Bulkheads bulkheads, Route route, RequestDeadline deadline) {
    return run((request, response) -> {}, REQUEST, runs(bulkheads, QUIRKS, TIMER), route, deadline);
  }

  /** Those of a filter that has {@code route} alone. */
  static Runs runs(Route route, ContainerQuirks quirks) {
    return runs(route, quirks, TIMER);
  }

  private static Runs runs(Route route, ContainerQuirks quirks, DeadlineTimer timer) {
    return runs(bulkheads(route), quirks, timer);
  }

  private static Bulkheads bulkheads(Route route) {
    return new Bulkheads(List.of(route), new Admission(1, 1), new StuckWorkers(1), Ticker.SYSTEM);
  }

  private static Runs runs(Bulkheads bulkheads, ContainerQuirks quirks, DeadlineTimer timer) {
    return runs(bulkheads, quirks, timer, new Debug(Debug.Kind.ENFORCE));
  }

  private static Runs runs(
      Bulkheads bulkheads, ContainerQuirks quirks, DeadlineTimer timer, Debug debug) {
    Expiry expiry =
        new Expiry(
            quirks,
            /* errorPage= */ null,
            quirks.needsContainerThread() ? WorkerKind.CONTAINER : WorkerKind.POOL,
            debug,
            new Repeats(TIMER::in, /* everyNanos= */ 0),
            ApplicationLines.NONE);
    return new Runs(
        expiry, quirks, bulkheads, ContextHandover.NONE, Events.NONE, timer, BACKGROUND);
  }

  /** One that answers nothing. */
  static <T> T empty(Class<T> type) {
    return answering(type, Map.of());
  }

  /** One that answers what {@code answers} has by the name of the method, and else nothing. */
  static <T> T answering(Class<T> type, Map<String, Supplier<Object>> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                answers.getOrDefault(method.getName(), () -> nothing(method)).get()));
  }

  /** What {@code method} of such a one returns. */
  static @Nullable Object nothing(Method method) {
    Class<?> returned = method.getReturnType();
    if (returned == String.class) {
      return "";
    } else if (returned == boolean.class) {
      return false;
    } else if (returned == Collection.class) {
      return List.of();
    } else if (returned == ServletOutputStream.class) {
      return new NoBytes();
    }
    return returned == long.class ? 0L : null;
  }
}
