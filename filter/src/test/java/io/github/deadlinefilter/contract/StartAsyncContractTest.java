package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that the application itself made asynchronous. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class StartAsyncContractTest {
  /** The application has become asynchronous by then. */
  private static final Duration DEADLINE = Duration.ofMillis(500);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private Application application(Duration deadline) {
    return new Application()
        .filter("/*", setup.filter().deadline(deadline).route("/warm = 1m").build())
        .servlet("/warm", (request, response) -> {});
  }

  /** The first request of a container takes long: it is not the one that is to be late. */
  private TestContainer startWarm(Application app) throws Exception {
    TestContainer container = setup.start(app);
    RawClient.ask(container, "/warm");
    return container;
  }

  @Test
  void asyncInTime_isAnsweredByTheApplication() throws Exception {
    var app =
        application(Duration.ofSeconds(20))
            .servlet(
                "/async",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  new Thread(
                          () -> {
                            try {
                              context.getResponse().getWriter().print("later");
                            } catch (java.io.IOException e) {
                              throw new java.io.UncheckedIOException(e);
                            } finally {
                              context.complete();
                            }
                          })
                      .start();
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("later", client.get("/async").read().text());
      assertEquals("later", client.get("/async").read().text());
    }
  }

  @Test
  void dispatchThatTheFilterIsNotMappedFor_isSaidOnce() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup.filter().deadline(Duration.ofSeconds(20)).build(),
                entry -> entry.dispatchers(DispatcherType.REQUEST))
            .servlet(
                "/async",
                (request, response) -> {
                  if (request.getDispatcherType() == DispatcherType.ASYNC) {
                    response.getOutputStream().print("dispatched");
                  } else {
                    request.startAsync().dispatch();
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < 2; i++) {
        assertEquals("dispatched", client.get("/async").read().text());
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
      FilterLog.await(container, "An asynchronous dispatch ran without a deadline", 1);
      assertEquals(1, container.log().warnings().size());
    }
  }

  /** Nothing is wrong with the filter's mapping there. */
  @Test
  void dispatchToWhereTheFilterIsNot_isNotSaid_ifOthersComeThroughIt() throws Exception {
    Application.Handler handler =
        (request, response) -> {
          if (request.getDispatcherType() == DispatcherType.ASYNC) {
            response.getOutputStream().print("dispatched");
          } else {
            request.startAsync().dispatch(request.getQueryString());
          }
        };
    var app =
        new Application()
            .filter("/in/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet("/in/*", handler)
            .servlet("/out", handler);
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (String to : List.of("/in/there", "/out")) {
        assertEquals("dispatched", client.get("/in/here?" + to).read().text());
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
      assertEquals(List.of(), container.log().warnings());
    }
  }

  @Test
  void asyncLate_isAnsweredDirect_andALaterCompleteIsHarmless() throws Exception {
    AtomicReference<AsyncContext> held = new AtomicReference<>();
    var app =
        application(DEADLINE)
            .servlet("/async", (request, response) -> held.set(request.startAsync()))
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    try (TestContainer container = startWarm(app)) {
      try (RawClient client = RawClient.connect(container)) {
        late(client.get("/async").read());
      }
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" phase=async "), line);
      try {
        Objects.requireNonNull(held.get()).complete();
      } catch (IllegalStateException over) {
        // Also an answer that an application has to live with.
      }
      try (RawClient client = RawClient.connect(container)) {
        assertEquals("hi", client.get("/hi").read().text());
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  @Test
  void asyncLate_listenersHaveTheirRequestInOnComplete() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    var app =
        application(DEADLINE)
            .servlet(
                "/async",
                (request, response) -> {
                  request.setAttribute("mine", "kept");
                  AsyncContext context = request.startAsync();
                  for (int i = 0; i < 2; i++) {
                    context.addListener(
                        new EndListener(
                            () -> {
                              notes.add(request.getRequestURI() + request.getAttribute("mine"));
                              request.removeAttribute("mine");
                            }));
                  }
                });
    try (TestContainer container = startWarm(app);
        RawClient client = RawClient.connect(container)) {
      late(client.get("/async").read());
      Gate.eventually(() -> notes.size() == 2, "both listeners told");
      assertEquals(List.of("/asynckept", "/asyncnull"), List.copyOf(notes));
      FilterLog.expired(container);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(FilterLog.warnings(container), container.log().warnings());
    }
  }

  /** As frameworks do, which cancel what they wait for in onTimeout. */
  @Test
  void asyncLate_listenersHearOfTheTimeout_whenTheClientIsAnswered_andBeforeOnComplete()
      throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    Gate mayGoOn = new Gate("onTimeout may go on");
    var app =
        application(DEADLINE)
            .servlet(
                "/async",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  context.addListener(
                      new EndListener(
                          event -> {
                            mayGoOn.awaitDeaf();
                            notes.add("timeout " + (event.getAsyncContext() == context));
                            context.complete();
                            context.dispatch("/never");
                            throw new IllegalStateException("of no consequence");
                          },
                          () -> notes.add("complete")));
                  context.addListener(
                      new EndListener(event -> notes.add("second"), () -> notes.add("last")));
                });
    try (TestContainer container = startWarm(app);
        RawClient client = RawClient.connect(container)) {
      late(client.get("/async").read());
      assertEquals(List.of(), List.copyOf(notes), "answered while a listener blocks");
      mayGoOn.open();
      Gate.eventually(() -> notes.size() == 4, "both listeners told");
      assertEquals(List.of("timeout true", "second", "complete", "last"), List.copyOf(notes));
      FilterLog.expired(container);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(FilterLog.warnings(container), container.log().warnings());
    }
  }

  @Test
  void asyncLateWithItsWorkerInside_listenersHearOfTheTimeout_beforeOnComplete() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    try (var deaf = new Deaf()) {
      var app =
          application(Duration.ofSeconds(1))
              .servlet(
                  "/async",
                  (request, response) -> {
                    request
                        .startAsync()
                        .addListener(
                            new EndListener(
                                event -> notes.add("timeout"), () -> notes.add("complete")));
                    deaf.hold();
                  });
      try (TestContainer container = startWarm(app)) {
        try (RawClient client = RawClient.connect(container)) {
          late(client.get("/async").read());
          Gate.eventually(() -> notes.size() == 1, "told while the worker is inside");
          deaf.release();
        }
        Gate.eventually(() -> notes.size() == 2, "complete");
        assertEquals(List.of("timeout", "complete"), List.copyOf(notes));
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  /**
   * A startAsync that the deadline finds in progress. Nobody starts the same request meanwhile, of
   * which a container would be left with two contexts.
   */
  @Test
  void startInProgress_isNotOvertaken() throws Exception {
    var outcome = new AtomicReference<>("none");
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  (request, response, chain) ->
                      chain.doFilter(
                          new HttpServletRequestWrapper((HttpServletRequest) request) {
                            @Override
                            public AsyncContext startAsync() {
                              deaf.hold();
                              try {
                                AsyncContext started = super.startAsync();
                                outcome.set("started");
                                return started;
                              } catch (IllegalStateException refused) {
                                outcome.set(refused.toString());
                                throw refused;
                              }
                            }
                          },
                          response))
              .filter("/*", setup.filter().deadline(DEADLINE).build())
              .servlet("/async", (request, response) -> request.startAsync());
      try (TestContainer container = startWarm(app)) {
        try (RawClient client = RawClient.connect(container)) {
          late(client.get("/async").read());
          FilterLog.expired(container);
          deaf.release();
          Gate.eventually(() -> container.busyThreads() == 0, "idle");
        }
        assertEquals("started", outcome.get());
        FilterLog.left(container);
        assertEquals(FilterLog.warnings(container), container.log().warnings());
      }
    }
  }

  @Test
  void dispatchInTime_goesOnUnderTheSameDeadline() throws Exception {
    Duration all = Duration.ofSeconds(2);
    Duration first = Duration.ofMillis(200);
    var left = new CompletableFuture<Duration>();
    try (var deaf = new Deaf()) {
      var app =
          application(all)
              .servlet(
                  "/async",
                  (request, response) -> {
                    if (request.getDispatcherType() == DispatcherType.REQUEST) {
                      AsyncContext context = request.startAsync();
                      Gate.pause(first);
                      context.dispatch();
                    } else if ("late".equals(request.getQueryString())) {
                      left.complete(Deadline.current().remaining());
                      deaf.hold();
                    } else {
                      response.getWriter().print("again");
                    }
                  });
      try (TestContainer container = startWarm(app)) {
        try (RawClient client = RawClient.connect(container)) {
          assertEquals("again", client.get("/async").read().text());
          Response response = client.get("/async?late").read();
          assertEquals(503, response.status());
          assertTrue(response.complete(), response::toString);
          assertTrue(response.untilEnd().compareTo(all) >= 0);
          Duration rest = left.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
          assertTrue(rest.compareTo(all.minus(first)) <= 0, () -> "not twice: " + rest);
        }
        deaf.release();
        FilterLog.left(container);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  private static void late(Response response) {
    assertEquals(503, response.status());
    assertTrue(response.complete(), response::toString);
    assertTrue(response.untilEnd().compareTo(DEADLINE) >= 0, response::toString);
    assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
  }
}
