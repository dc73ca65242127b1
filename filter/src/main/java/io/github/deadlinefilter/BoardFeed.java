package io.github.deadlinefilter;

import io.github.deadlinefilter.RecentIncidents.Entry;
import io.github.deadlinefilter.board.Feed;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** A filter as the board shows it, and what may be done there. Thread-safe. */
final class BoardFeed implements Feed, AutoCloseable {
  /**
   * How long the figures of the last hour, which cost more than the rest, are shown as they are.
   */
  private static final long FIGURES_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Duration STACK_EVERY = Duration.ofMillis(200);
  private static final int STACKS_AT_ONCE = 10;

  private final String name;
  private final Settings settings;
  private final Runs runs;
  private final Management management;
  private final Recent recent;
  private final ToIntBiFunction<String, String> count;
  private final RateLimit stacks = new RateLimit(Ticker.SYSTEM, STACK_EVERY, STACKS_AT_ONCE);
  private final StuckLines stuckLines;
  private final Set<Runnable> whenOver = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  // Guarded by this.
  private String figures = "[]";
  private String advice = "{}";
  private long figuresNanos;
  private boolean hasFigures;

  /**
   * @param count as {@link Runs#count}
   */
  BoardFeed(
      String name,
      Settings settings,
      Runs runs,
      Management management,
      Recent recent,
      ToIntBiFunction<String, String> count) {
    this.name = name;
    this.settings = settings;
    this.runs = runs;
    this.management = management;
    this.recent = recent;
    this.count = count;
    stuckLines = new StuckLines(runs.expiry().lines(), Ticker.SYSTEM);
  }

  // ---- the filters of one application

  /** Makes it known in {@code context}, until {@link #withdraw}. */
  void publish(ServletContext context) {
    synchronized (context) {
      List<Object> all = new ArrayList<>(all(context));
      all.add(this);
      context.setAttribute(ATTRIBUTE, List.copyOf(all));
    }
  }

  void withdraw(ServletContext context) {
    synchronized (context) {
      List<Object> all = new ArrayList<>(all(context));
      all.remove(this);
      context.setAttribute(ATTRIBUTE, List.copyOf(all));
    }
  }

  private static Collection<?> all(ServletContext context) {
    return context.getAttribute(ATTRIBUTE) instanceof List<?> all ? all : List.of();
  }

  @Override
  public void whenOver(Runnable task) {
    // Race with close(): whoever of the two takes it out of the set runs it.
    if (whenOver.add(task) && over && whenOver.remove(task)) {
      task.run();
    }
  }

  @Override
  public void close() {
    over = true;
    for (Runnable task : List.copyOf(whenOver)) {
      if (whenOver.remove(task)) {
        task.run();
      }
    }
  }

  // ---- what goes on

  @Override
  public String snapshot() {
    JsonText json =
        new JsonText()
            .object()
            .put("name", name)
            .put("mode", management.getMode())
            .put("worker", management.getWorker());
    now(json);
    BoardJson.running(json, runs);
    BoardJson.stuck(json, runs.bulkheads().stuck(), stuckLines);
    figures(json);
    BoardJson.timeline(json, recent);
    BoardJson.incidents(json, recent.incidents());
    return json.endObject().toString();
  }

  /** How many requests of each route there are, but for those of which there is none. */
  private void now(JsonText json) {
    Map<String, Integer> working = new HashMap<>();
    Map<String, Integer> queued = new HashMap<>();
    for (RequestRun run : runs.inFlight()) {
      int phase = run.phase();
      if (phase < RunState.EXPIRED) {
        (phase == RunState.NEW ? queued : working).merge(run.route.name(), 1, Integer::sum);
      }
    }
    json.array("now");
    for (Route route : settings.routes().all()) {
      String of = route.name();
      boolean observed = settings.mode() == Mode.OBSERVE; // where there are no runs
      int works = observed ? count.applyAsInt(of, "in-flight") : working.getOrDefault(of, 0);
      int waits = queued.getOrDefault(of, 0);
      int sticks = observed ? count.applyAsInt(of, "stuck") : runs.bulkheads().of(route).stuck();
      if (works + waits + sticks > 0) {
        json.object()
            .put("route", of)
            .put("running", works)
            .put("queued", waits)
            .put("stuck", sticks)
            .endObject();
      }
    }
    json.endArray();
  }

  private synchronized void figures(JsonText json) {
    long now = System.nanoTime();
    if (!hasFigures || now - figuresNanos > FIGURES_NANOS) {
      hasFigures = true;
      figuresNanos = now;
      AdviceReport report = management.advice();
      figures = BoardJson.routes(report);
      advice = BoardJson.advice(report);
    }
    json.raw("routes", figures).raw("advice", advice);
  }

  // ---- one request

  @Override
  public @Nullable String stack(String id) {
    RequestRun run = runs.withIncident(id);
    Entry entry = recent.incidents().find(id);
    if (run == null && entry == null) {
      return null;
    }
    JsonText json = new JsonText().object();
    boolean inside = run != null && run.interrupts.isOpen();
    boolean may = inside && stacks.tryAcquire();
    List<StackTraceElement> now = List.of();
    List<String> then = entry == null ? List.of() : entry.stack();
    List<String> calls = entry == null ? List.of() : entry.calls();
    if (run != null) {
      now = may ? run.interrupts.askedStack() : List.of();
      BoardJson.identity(json, run).put("io", run.deadline.whereTimeWent());
      calls = run.deadline.calls();
      ExpiryReport report = run.report();
      then = report == null ? then : RecentIncidents.lines(report.stack());
    } else if (entry != null) {
      BoardJson.entry(json, entry);
    }
    return json.put("calls", calls)
        .put("then", then)
        .put("now", RecentIncidents.lines(now))
        .put("inside", inside)
        .put("tooMany", inside && !may)
        .endObject()
        .toString();
  }

  @Override
  public Cancelled cancel(String id) {
    if (management.cancel(id)) {
      return Cancelled.TOLD;
    }
    return recent.incidents().find(id) != null ? Cancelled.ENDED : Cancelled.UNKNOWN;
  }
}
