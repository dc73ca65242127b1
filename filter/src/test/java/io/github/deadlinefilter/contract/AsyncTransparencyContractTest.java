package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Asynchronous processing is with the filter what it is without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class AsyncTransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** Compares, and returns what came of it with the filter. */
  private Outcome same(int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Outcome without = Comparison.run(setup, false, notes, scenario, exchanges);
    Outcome with = Comparison.run(setup, true, notes, scenario, exchanges);
    assertEquals(without, with);
    return with;
  }

  /**
   * On another thread, because bare Undertow never ends an ASYNC pass that is completed on the one
   * that started it: it looks for that after a REQUEST pass alone.
   */
  private static void completeElsewhere(AsyncContext context) {
    new Thread(context::complete).start();
  }

  private static void print(ServletResponse response, String text) {
    try {
      response.getWriter().print(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes which of the objects it is shown are the ones that the servlet held. */
  private static final class Recorder implements AsyncListener {
    private final Queue<String> notes;
    private final AsyncContext context;
    private final ServletRequest request;
    private final ServletResponse response;
    private final boolean completes;

    Recorder(
        Queue<String> notes,
        AsyncContext context,
        ServletRequest request,
        ServletResponse response,
        boolean completes) {
      this.notes = notes;
      this.context = context;
      this.request = request;
      this.response = response;
      this.completes = completes;
    }

    private void note(String what, AsyncEvent event) {
      notes.add(
          what
              + " "
              + (event.getAsyncContext() == context)
              + " "
              + which(event.getSuppliedRequest(), request)
              + " "
              + which(event.getSuppliedResponse(), response)
              + " "
              + event.getThrowable());
    }

    private static String which(@Nullable Object given, Object held) {
      return given == null ? "none" : given == held ? "held" : "other";
    }

    @Override
    public void onComplete(AsyncEvent event) {
      note("complete", event);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      note("timeout", event);
      if (completes) {
        print(Objects.requireNonNull(context.getResponse()), "timed out");
        context.complete();
      }
    }

    @Override
    public void onError(AsyncEvent event) {
      note("error", event);
      if (completes) {
        ((HttpServletResponse) response).setStatus(500);
        context.complete();
      }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      note("start", event);
    }
  }

  @Test
  void identity_ofRequestAndResponse() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/none",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      note(notes, context, request, response);
                      notes.add(request.isAsyncStarted() + "");
                      notes.add((request.getAsyncContext() == context) + "");
                      context.complete();
                    })
                .servlet(
                    "/both",
                    (request, response) -> {
                      AsyncContext context = request.startAsync(request, response);
                      note(notes, context, request, response);
                      context.complete();
                    })
                .servlet(
                    "/wrapped",
                    (request, response) -> {
                      var wrapped = new HttpServletRequestWrapper(request);
                      var wrapping = new HttpServletResponseWrapper(response);
                      AsyncContext context = request.startAsync(wrapped, wrapping);
                      note(notes, context, wrapped, wrapping);
                      context.complete();
                    });
    Outcome outcome =
        same(
            5,
            scenario,
            Comparison.get("/none"),
            Comparison.get("/both"),
            Comparison.get("/wrapped"));
    assertTrue(outcome.notes().toString().startsWith("[true true true, true, true, true true "));
  }

  private static void note(
      Queue<String> notes, AsyncContext context, ServletRequest request, ServletResponse response) {
    notes.add(
        (context.getRequest() == request)
            + " "
            + (context.getResponse() == response)
            + " "
            + context.hasOriginalRequestAndResponse());
  }

  @Test
  void context_isOneOverAllCycles() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  Object before = request.getAttribute("before");
                  Object count = request.getAttribute("count");
                  int cycle = count == null ? 0 : (Integer) count;
                  AsyncContext context = request.startAsync();
                  notes.add((before == null || before == context) + "");
                  request.setAttribute("before", context);
                  request.setAttribute("count", cycle + 1);
                  if (cycle < 3) {
                    context.dispatch();
                  } else {
                    print(response, "end");
                    completeElsewhere(context);
                  }
                });
    Outcome outcome = Comparison.run(setup, true, 4, scenario, Comparison.get("/a"));
    assertEquals(Collections.nCopies(4, "true"), outcome.notes());
    assertTrue(outcome.answers().get(0).endsWith("end"), outcome::toString);
  }

  @Test
  void identity_inTheDispatchedPass() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  if (request.getDispatcherType() == DispatcherType.REQUEST) {
                    if (request.getQueryString() == null) {
                      request.startAsync().dispatch();
                    } else {
                      request.startAsync(request, response).dispatch();
                    }
                    return;
                  }
                  AsyncContext none = request.startAsync();
                  note(notes, none, request, response);
                  completeElsewhere(none);
                });
    same(2, scenario, Comparison.get("/a"), Comparison.get("/a?both"));
  }

  @Test
  void complete_fromAnyThread_onOneConnection() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/here",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      print(response, "here");
                      context.complete();
                    })
                .servlet(
                    "/task",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      context.start(
                          () -> {
                            print(response, "task");
                            context.complete();
                          });
                    })
                .servlet(
                    "/foreign",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      new Thread(
                              () -> {
                                print(response, "foreign");
                                context.complete();
                              })
                          .start();
                    });
    Exchange[] exchanges = new Exchange[30];
    for (int i = 0; i < exchanges.length; i += 3) {
      exchanges[i] = Comparison.get("/here");
      exchanges[i + 1] = Comparison.get("/task");
      exchanges[i + 2] = Comparison.get("/foreign");
    }
    Outcome outcome = same(0, scenario, exchanges);
    assertTrue(outcome.answers().get(29).endsWith("foreign"), outcome::toString);
  }

  @Test
  void complete_fromAnotherThread_insideADispatchedPass() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  if (request.getDispatcherType() == DispatcherType.REQUEST) {
                    context.dispatch();
                    return;
                  }
                  print(response, "completed");
                  var completing = new Thread(context::complete);
                  completing.start();
                  completing.join(Gate.LIMIT.toMillis());
                  notes.add("still completing: " + completing.isAlive());
                });
    Outcome outcome = same(1, scenario, Comparison.get("/a"), Comparison.get("/a"));
    assertTrue(outcome.answers().get(1).endsWith("completed"), outcome::toString);
  }

  @Test
  void dispatch_inEveryForm() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/self",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.REQUEST) {
                        request.startAsync().dispatch();
                      } else {
                        print(
                            response,
                            request.getRequestURI()
                                + request.getAttribute(AsyncContext.ASYNC_PATH_INFO));
                      }
                    })
                .servlet(
                    "/path", (request, response) -> request.startAsync().dispatch("/target?x=1"))
                .servlet(
                    "/both",
                    (request, response) ->
                        request.startAsync(request, response).dispatch("/target?x=3"))
                .servlet(
                    "/context",
                    (request, response) ->
                        request.startAsync().dispatch(request.getServletContext(), "/target?x=2"))
                .servlet(
                    "/forward",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.REQUEST) {
                        request.getRequestDispatcher("/inside").forward(request, response);
                      } else {
                        print(response, "/forward again " + request.getRequestURI());
                      }
                    })
                .servlet(
                    "/inside",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.FORWARD) {
                        request.startAsync().dispatch();
                      } else {
                        print(response, "inside " + request.getRequestURI());
                      }
                    })
                .servlet(
                    "/forwardBoth",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.REQUEST) {
                        request.getRequestDispatcher("/insideBoth").forward(request, response);
                      } else {
                        print(response, "/forwardBoth again " + request.getRequestURI());
                      }
                    })
                .servlet(
                    "/insideBoth",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.FORWARD) {
                        request.startAsync(request, response).dispatch("/target?x=4");
                      } else {
                        print(response, "inside " + request.getRequestURI());
                      }
                    })
                .servlet(
                    "/target",
                    (request, response) ->
                        print(
                            response,
                            request.getDispatcherType()
                                + request.getRequestURI()
                                + request.getParameter("x")
                                + request.getAttribute(AsyncContext.ASYNC_REQUEST_URI)));
    same(
        0,
        scenario,
        Comparison.get("/self"),
        Comparison.get("/path"),
        Comparison.get("/both"),
        Comparison.get("/context"),
        Comparison.get("/forward?q=1"),
        Comparison.get("/forwardBoth?q=1"),
        Comparison.get("/self"));
  }

  @Test
  void listeners_seeTheApplicationsObjects() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/plain",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      context.addListener(new Recorder(notes, context, request, response, true));
                      context.complete();
                    })
                .servlet(
                    "/own",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      var wrapped = new HttpServletRequestWrapper(request);
                      var wrapping = new HttpServletResponseWrapper(response);
                      context.addListener(
                          new Recorder(notes, context, wrapped, wrapping, true), wrapped, wrapping);
                      context.complete();
                    })
                .servlet(
                    "/both",
                    (request, response) -> {
                      AsyncContext context = request.startAsync(request, response);
                      context.addListener(
                          new Recorder(notes, context, request, response, true), request, response);
                      context.complete();
                    });
    Outcome outcome =
        same(
            3, scenario, Comparison.get("/plain"), Comparison.get("/own"), Comparison.get("/both"));
    assertEquals("complete true held held null", outcome.notes().get(1));
    assertEquals("complete true held held null", outcome.notes().get(2));
  }

  @Test
  void secondCycle_tellsTheListenersOfTheFirst() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  if (request.getDispatcherType() == DispatcherType.REQUEST) {
                    context.addListener(
                        new Recorder(notes, context, request, response, true), request, response);
                    context.dispatch();
                  } else {
                    print(response, "second");
                    completeElsewhere(context);
                  }
                });
    Outcome outcome = Comparison.run(setup, true, 1, scenario, Comparison.get("/a"));
    // Undertow tells them only when the pass has ended, and until then of a complete() as well.
    assertTrue(outcome.notes().contains("start true held held null"), outcome::toString);
    assertEquals(
        Comparison.run(setup, false, 1, scenario, Comparison.get("/a")).answers(),
        outcome.answers());
  }

  @Test
  void timeoutOfTheApplication() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/completed",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      context.setTimeout(50);
                      context.addListener(
                          new Recorder(notes, context, request, response, true), request, response);
                    })
                .servlet(
                    "/left",
                    (request, response) -> {
                      Gate.eventually(() -> notes.size() == 2, "the first cycle has ended");
                      AsyncContext context = request.startAsync();
                      context.setTimeout(50);
                      notes.add(context.getTimeout() + "");
                      context.addListener(
                          new Recorder(notes, context, request, response, false),
                          request,
                          response);
                    });
    Outcome outcome = same(5, scenario, Comparison.get("/completed"), Comparison.get("/left"));
    assertTrue(outcome.answers().get(0).endsWith("timed out"), outcome::toString);
  }

  @Test
  void misuse_throwsAsTheContainerDoes() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/twice",
                    (request, response) -> {
                      if (request.getDispatcherType() == DispatcherType.ASYNC) {
                        return; // Undertow takes the dispatch for good
                      }
                      AsyncContext context = request.startAsync();
                      context.complete();
                      notes.add(thrownBy(context::complete));
                      notes.add(thrownBy(context::dispatch));
                    })
                .servlet(
                    "/path",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      notes.add(thrownBy(() -> request.startAsync()));
                      print(response, "path");
                      context.complete();
                    })
                .servlet(
                    "/none",
                    (request, response) -> {
                      notes.add(thrownBy(() -> request.getAsyncContext()));
                      print(response, request.isAsyncStarted() + "");
                    });
    same(4, scenario, Comparison.get("/twice"), Comparison.get("/path"), Comparison.get("/none"));
  }

  private static String thrownBy(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      return e.getClass().getName();
    }
    return "nothing";
  }

  @Test
  void exceptionAfterStartAsync_isAnsweredByTheListener() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/a",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  context.addListener(
                      new Recorder(notes, context, request, response, true), request, response);
                  throw new IllegalStateException("after startAsync");
                });
    same(2, scenario, Comparison.get("/a"));
  }

  @Test
  void refusedDispatch_leavesTheDeadlineInForce() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(500)).build())
            .servlet(
                "/bad",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  try {
                    context.dispatch("no slash");
                    notes.add("nothing");
                  } catch (IllegalArgumentException refused) {
                    notes.add("refused");
                  }
                })
            .servlet(
                "/throws",
                (request, response) -> {
                  request.startAsync();
                  throw new IllegalStateException("nobody completes");
                })
            .servlet("/hi", (request, response) -> print(response, "hi"));
    try (TestContainer container = setup.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/bad").read();
        assertTrue(notes.contains("nothing") || response.status() == 503, response::toString);
      }
      // Bare Tomcat over HTTP/2: what served that request fails once more, at one of the next.
      if (!isTomcat() || setup.wire() != Wire.H2C) {
        try (RawClient client = RawClient.connect(container)) {
          assertTrue(client.get("/throws").read().status() >= 500);
        } catch (RawClient.NoResponse tomcat) {
          assertTrue(isTomcat(), tomcat::toString); // without the filter, too
        }
      }
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/hi").read();
        assertEquals("hi", response.text(), response::toString);
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  private boolean isTomcat() {
    return setup.container().name().startsWith("TOMCAT");
  }

  @Test
  void deadline_isCurrentInTasks_andGoneFromTheirThreads() throws Exception {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    Queue<String> stale = new ConcurrentLinkedQueue<>();
    Application.Handler handler =
        (request, response) -> {
          AsyncContext context = request.startAsync();
          context.start(
              () -> {
                threads.add(Thread.currentThread());
                if (Deadline.current() != Deadline.NONE
                    && request.getRequestURI().equals("/free")) {
                  stale.add(Thread.currentThread().getName());
                }
                print(response, "" + (Deadline.current() != Deadline.NONE));
                context.complete();
              });
        };
    var app =
        new Application()
            .filter("/under/*", setup.filter().deadline(Comparison.LONG).build())
            .servlet("/under/a", handler)
            .servlet("/free", handler);
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < 20; i++) {
        assertEquals("true", client.get("/under/a").read().text());
        assertEquals("false", client.get("/free").read().text());
      }
      assertTrue(stale.isEmpty(), stale::toString);
      assertEquals(40, threads.size());
    }
  }

  @Test
  void late_tellsTheApplicationsListener() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(500)).build())
            .servlet(
                "/a",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  context.addListener(
                      new Recorder(notes, context, request, response, true), request, response);
                });
    try (TestContainer container = setup.start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        Response response = client.get("/a").read();
        assertEquals(503, response.status());
        assertTrue(response.complete(), response::toString);
      }
      Gate.eventually(() -> notes.size() > 1, "onTimeout and onComplete");
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals("[timeout true held held null, complete true held held null]", notes.toString());
    }
  }
}
