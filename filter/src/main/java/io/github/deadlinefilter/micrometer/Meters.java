package io.github.deadlinefilter.micrometer;

import io.github.deadlinefilter.DeadlineEvent;
import io.github.deadlinefilter.DeadlineListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The filter's figures in Micrometer's global registry, under the names that README lists. Made by
 * the filter itself where that library is.
 *
 * <p>A route is its rule, never the URL of a request, so there are only so many. Thread-safe.
 */
public final class Meters implements DeadlineListener, AutoCloseable {
  private static final String NO_REASON = "none";
  private static final String COMPLETED = "completed";
  private static final String FAILED = "failed";
  private static final String EXPIRED = "expired";
  private static final String REFUSED = "refused";
  private static final int MOST_BLAMED = 20;
  private static final String IN_FLIGHT = "deadline.in.flight";

  /**
   * The buckets of the budget that was used: 100 is the deadline, and 110 is for those that were
   * answered at it. In percent, for what is below 1 Micrometer counts in the bucket of 1.
   */
  private static final double[] PERCENT = {10, 25, 50, 75, 90, 100, 110, 150, 200, 500, 1000};

  private final MeterRegistry registry = Metrics.globalRegistry;
  private final Tags common;
  private final Map<String, OfRoute> routes = new HashMap<>();
  private final Set<Meter> registered = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Registers.
   *
   * @param context the context path of the application
   * @param filter the name of the filter
   * @param routes the names of its routes
   * @param count how many requests of the route with the first name are {@code in-flight}, {@code
   *     queued} or {@code stuck} now
   * @param ignored how many values of a header have been ignored until now, by header and reason
   */
  public Meters(
      String context,
      String filter,
      Set<String> routes,
      ToIntBiFunction<String, String> count,
      Map<String, Map<String, LongSupplier>> ignored) {
    synchronized (Meters.class) { // of several filters: one after the other finds what is free
      common = free(context.isEmpty() ? "/" : context, filter);
      register(routes, count, ignored);
    }
  }

  private void register(
      Set<String> routes,
      ToIntBiFunction<String, String> count,
      Map<String, Map<String, LongSupplier>> ignored) {
    try {
      for (String route : routes) {
        this.routes.put(route, new OfRoute(route));
        gauge(IN_FLIGHT, "Requests at work", route, "in-flight", count);
        gauge("deadline.queued", "Requests that wait for a worker", route, "queued", count);
        gauge(
            "deadline.stuck",
            "Workers still inside although their requests have been answered",
            route,
            "stuck",
            count);
      }
      ignored.forEach(
          (header, counts) -> counts.forEach((why, until) -> ignored(header, why, until)));
    } catch (RuntimeException e) { // such as a name that is taken by a meter of another type
      close();
      throw e;
    }
  }

  /**
   * The tags of this filter alone: another one of the same name may be there, of another version of
   * the application or another virtual host, and meters with the same tags are the same meters.
   */
  private Tags free(String context, String filter) {
    Tags tags = Tags.of("context", context, "filter", filter);
    for (int i = 2; registry.find(IN_FLIGHT).tags(tags).gauge() != null; i++) {
      tags = Tags.of("context", context, "filter", filter + "#" + i);
    }
    return tags;
  }

  private void gauge(
      String name,
      String description,
      String route,
      String what,
      ToIntBiFunction<String, String> count) {
    keep(
        Gauge.builder(name, () -> count.applyAsInt(route, what))
            .description(description)
            .tags(common.and("route", route))
            .register(registry));
  }

  private void ignored(String header, String why, LongSupplier count) {
    // Of this, which the filter has: the registry itself keeps nothing that it counts.
    keep(
        FunctionCounter.builder("deadline.ignored", this, unused -> count.getAsLong())
            .description("Values of a header from outside that were not taken for what they say")
            .tags(common.and("header", header, "why", why))
            .register(registry));
  }

  /** What is registered when it happens for the first time, so that nothing stands there unused. */
  private final class OfRoute {
    private final Tags tags;
    private final Map<String, Counter> blamed = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Timer>> requests =
        Map.of(
            COMPLETED,
            new ConcurrentHashMap<>(),
            FAILED,
            new ConcurrentHashMap<>(),
            EXPIRED,
            new ConcurrentHashMap<>(),
            REFUSED,
            new ConcurrentHashMap<>());
    private final Map<String, Counter> refusals = new ConcurrentHashMap<>();
    private volatile @Nullable Timer overrun;
    private volatile @Nullable DistributionSummary budget;

    OfRoute(String route) {
      tags = common.and("route", route);
    }

    void ended(String outcome, String reason, DeadlineEvent event) {
      Map<String, Timer> timers = Objects.requireNonNull(requests.get(outcome), "timers");
      Timer timer = timers.get(reason);
      if (timer == null) {
        timer = timers.computeIfAbsent(reason, first -> timer(outcome, reason));
      }
      timer.record(event.elapsed());
    }

    private Timer timer(String outcome, String reason) {
      return keep(
          Timer.builder("deadline.requests")
              .description("From the begin of the deadline to the end of the request")
              .tags(tags.and("outcome", outcome, "reason", reason))
              .register(registry));
    }

    void used(DeadlineEvent event) {
      DistributionSummary summary = budget;
      if (summary == null) {
        summary =
            keep(
                DistributionSummary.builder("deadline.budget.used")
                    .description("How much of its deadline a request has used")
                    .baseUnit(BaseUnits.PERCENT)
                    .tags(tags)
                    .serviceLevelObjectives(PERCENT)
                    .register(registry));
        budget = summary;
      }
      summary.record(100.0 * event.elapsed().toNanos() / event.deadline().toNanos());
    }

    void refused(String reason) {
      refusals
          .computeIfAbsent(
              reason,
              key ->
                  keep(
                      Counter.builder("deadline.refused")
                          .description("Requests that were turned away")
                          .tags(tags.and("reason", reason))
                          .register(registry)))
          .increment();
    }

    /** What is to blame is the application's, so there are only so many; and to be sure, 20. */
    void blamed(String at) {
      String shown = blamed.size() < MOST_BLAMED || blamed.containsKey(at) ? at : "elsewhere";
      blamed
          .computeIfAbsent(
              shown,
              key ->
                  keep(
                      Counter.builder("deadline.blamed")
                          .description("Requests that were ended, by what they were slow in")
                          .tags(tags.and("at", key))
                          .register(registry)))
          .increment();
    }

    void leftLate(Duration late) {
      Timer timer = overrun;
      if (timer == null) {
        timer =
            keep(
                Timer.builder("deadline.overrun")
                    .description("How long workers stayed after their requests had been answered")
                    .tags(tags)
                    .register(registry));
        overrun = timer;
      }
      timer.record(late);
    }
  }

  private <T extends Meter> T keep(T meter) {
    registered.add(meter);
    // Race with close(), which sets the flag first: a late worker may leave after it.
    if (closed) {
      registry.remove(meter);
    }
    return meter;
  }

  private static String reason(DeadlineEvent event) {
    return event.reason().orElse(NO_REASON);
  }

  @Override
  public void completed(DeadlineEvent event) {
    ended(COMPLETED, event);
  }

  @Override
  public void failed(DeadlineEvent event) {
    ended(FAILED, event);
  }

  @Override
  public void expired(DeadlineEvent event) {
    ended(EXPIRED, event);
    OfRoute route = routes.get(event.route());
    if (route != null && !event.blamed().isEmpty()) {
      route.blamed(event.blamed());
    }
  }

  private void ended(String outcome, DeadlineEvent event) {
    OfRoute route = routes.get(event.route());
    if (route != null) {
      route.ended(outcome, reason(event), event);
      route.used(event);
    }
  }

  @Override
  public void refused(DeadlineEvent event) {
    OfRoute route = routes.get(event.route());
    if (route != null) {
      route.ended(REFUSED, reason(event), event);
      route.refused(reason(event));
    }
  }

  @Override
  public void leftLate(DeadlineEvent event) {
    OfRoute route = routes.get(event.route());
    if (route != null) {
      route.leftLate(event.overrun());
    }
  }

  /** Takes them out of the registry again. */
  @Override
  public void close() {
    closed = true;
    registered.forEach(registry::remove);
  }
}
