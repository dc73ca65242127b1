package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code mode=observe} reports of the routes, and when. */
class ObserverTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final Duration MOMENT = Duration.ofMillis(1);

  @RegisterExtension private final LogLines log = LogLines.ofMessages();

  private final ManualTimer clock = new ManualTimer();
  private final long start = clock.ticker.nanos();
  private final Routes routes;
  private final Observer observer;

  ObserverTest() throws SettingsException {
    Settings settings =
        Settings.of(
            Map.of(
                "mode",
                "observe",
                "clientDeadline",
                "X-Request-Timeout",
                "routes",
                "/slow = 1s\n/fine = 1s\n/one = 1s max=1 queue=0\n/few = 5s maxStuck=1\n"
                    + "/doomed = 1s shed=doomed",
                "workers",
                "1",
                "queue",
                "1"),
            new Environment(Map.of(), Map.of(), /* virtualThreads= */ false));
    routes = settings.routes();
    observer =
        new Observer(
            settings,
            clock.timer,
            Runnable::run,
            clock.ticker,
            new Repeats(clock.timer::in, /* everyNanos= */ 0),
            new Recent(new Timeline(clock.ticker), new RecentIncidents(() -> 0)),
            ApplicationLines.NONE,
            new Bulkheads(routes.all(), new Admission(1, 1), new StuckWorkers(1), clock.ticker),
            new EdgeWait(settings.requestStart(), EdgeWait.WALL),
            new ClientDeadline(settings.clientDeadline()));
  }

  @AfterEach
  void close() {
    clock.close();
  }

  private void ask(String path, FilterChain chain) throws IOException, ServletException {
    ask(path, BareServlet.empty(HttpServletRequest.class), chain);
  }

  private void ask(String path, HttpServletRequest request, FilterChain chain)
      throws IOException, ServletException {
    observer.run(
        routes.match("GET", path, /* pathInfo= */ null),
        request,
        BareServlet.empty(HttpServletResponse.class),
        chain);
  }

  private void ask(String path, Duration takes) throws IOException, ServletException {
    ask(path, (request, response) -> clock.pass(takes));
  }

  /** Lets time pass until it is so long since the begin. */
  private void passUntil(Duration sinceStart) {
    clock.pass(sinceStart.minusNanos(clock.ticker.nanos() - start));
  }

  private List<String> reports() {
    return log.lines().stream().filter(line -> line.startsWith("Observed: ")).toList();
  }

  @Test
  void everyTenMinutes_whatWasLateSinceTheLast_byRoute() throws Exception {
    ask("/slow", Duration.ofMillis(1500));
    ask("/slow", Duration.ofMillis(200));
    ask("/fine", Duration.ofMillis(900));
    passUntil(TEN_MINUTES.minus(MOMENT));
    assertEquals(List.of(), reports());
    clock.pass(MOMENT);
    List<String> expected = new ArrayList<>();
    expected.add(
        "Observed: route=\"/slow\" requests=2 would-have-expired=1 would-have-been-refused=0"
            + " longest=1500ms");
    assertEquals(expected, reports(), "nothing of the route where all was well");

    passUntil(TEN_MINUTES.multipliedBy(2));
    assertEquals(expected, reports(), "all was well everywhere");

    ask("/slow", Duration.ofSeconds(2));
    passUntil(TEN_MINUTES.multipliedBy(3).minus(MOMENT));
    assertEquals(expected, reports());
    clock.pass(MOMENT);
    expected.add(
        "Observed: route=\"/slow\" requests=1 would-have-expired=1 would-have-been-refused=0"
            + " longest=2s");
    assertEquals(expected, reports(), "begun anew");
  }

  @Test
  void whatWouldHaveBeenRefused_isReported_andHasRun() throws Exception {
    ask("/one", (request, response) -> ask("/one", Duration.ofMillis(20)));
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/one\" requests=2 would-have-expired=0 would-have-been-refused=1"
                + " longest=20ms"),
        reports());
  }

  @Test
  void whatWouldHaveBeenRefused_takesNoPlace_andIsNotLate() throws Exception {
    ask(
        "/one",
        (request, response) -> {
          ask("/one", (second, answer) -> ask("/hi", Duration.ofMillis(10)));
          assertEquals(1, observer.count("/one", "in-flight"));
        });
    ask(
        "/one",
        (request, response) -> {
          clock.pass(Duration.ofMillis(100));
          ask("/one", Duration.ofSeconds(2)); // would have been refused, and not been late
          assertEquals(1, observer.count("/one", "stuck"), "the first");
        });
    ask("/one", Duration.ofMillis(20));
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/one\" requests=5 would-have-expired=1 would-have-been-refused=2"
                + " longest=2100ms"),
        reports());
  }

  @Test
  void asManyAsThereAreWorkersAndPlaces_nextWouldHaveBeenRefused_untilOneIsThrough()
      throws Exception {
    ask(
        "/fine",
        (request, response) ->
            ask("/fine", (second, answer) -> ask("/fine", Duration.ZERO))); // of 2 in all
    ask("/fine", Duration.ZERO);
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/fine\" requests=4 would-have-expired=0 would-have-been-refused=1"
                + " longest=0ms"),
        reports());
    String refused = "Would have been refused: reason=queue-full ";
    assertTrue(
        log.lines().stream().anyMatch(line -> line.startsWith(refused)), log.lines()::toString);
  }

  /** As with a worker, which leaves when the request has become asynchronous. */
  @Test
  void asynchronous_takesNoPlaceAfterItsChain_andIsNotStuck() throws Exception {
    var async = new StartedAsync();
    ask("/one", async, (request, response) -> {});
    assertEquals(1, observer.count("/one", "in-flight"));
    ask("/one", Duration.ZERO);
    clock.pass(Duration.ofSeconds(2));
    assertEquals(0, observer.count("/one", "in-flight"), "it is late");
    assertEquals(0, observer.count("/one", "stuck"));
    async.complete();
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/one\" requests=2 would-have-expired=1 would-have-been-refused=0"
                + " longest=2s"),
        reports());
  }

  @Test
  void typicallyTooSlow_wouldHaveBeenRefused_asDoomed() throws Exception {
    for (int i = 0; i < 200; i++) {
      ask("/doomed", Duration.ofMillis(1_001));
    }
    ask("/doomed", Duration.ofMillis(100)); // one in each second would have been tried
    ask("/doomed", Duration.ofMillis(100));
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/doomed\" requests=202 would-have-expired=200"
                + " would-have-been-refused=1 longest=1001ms"),
        reports());
  }

  /** A request whose application goes on asynchronously. */
  private static final class StartedAsync extends HttpServletRequestWrapper {
    private final List<AsyncListener> listeners = new ArrayList<>();

    StartedAsync() {
      super(BareServlet.empty(HttpServletRequest.class));
    }

    @Override
    public boolean isAsyncStarted() {
      return true;
    }

    @Override
    public AsyncContext getAsyncContext() {
      return (AsyncContext)
          Proxy.newProxyInstance(
              AsyncContext.class.getClassLoader(),
              new Class<?>[] {AsyncContext.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("addListener")) {
                  listeners.add((AsyncListener) arguments[0]);
                }
                return null;
              });
    }

    void complete() throws IOException {
      for (AsyncListener listener : listeners) {
        listener.onComplete(new AsyncEvent(getAsyncContext()));
      }
    }
  }

  @Test
  void clientAskedForLess_countsAsStuckFromTheRoutesDeadlineOn() throws Exception {
    var impatient =
        new HttpServletRequestWrapper(BareServlet.empty(HttpServletRequest.class)) {
          @Override
          public @Nullable String getHeader(String name) {
            return name.equals("X-Request-Timeout") ? "1s" : null;
          }
        };
    ask(
        "/few",
        impatient,
        (request, response) -> {
          clock.pass(Duration.ofMillis(4_999));
          assertEquals(0, observer.count("/few", "stuck"));
          ask("/few", Duration.ZERO);
          clock.pass(MOMENT);
          assertEquals(1, observer.count("/few", "stuck"));
          ask("/few", Duration.ZERO);
        });
    assertEquals(0, observer.count("/few", "stuck"));
    passUntil(TEN_MINUTES);
    assertEquals(
        List.of(
            "Observed: route=\"/few\" requests=3 would-have-expired=1 would-have-been-refused=1"
                + " longest=5s"),
        reports());
  }
}
