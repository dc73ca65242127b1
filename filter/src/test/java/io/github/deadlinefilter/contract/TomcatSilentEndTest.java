package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.RequestFacade;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tomcat may take an asynchronous request back without a word to its listeners, and give its
 * objects to the next user: if a write fails while the container thread is on its way out, or if
 * its poller closes the connection.
 */
@ParameterizedClass
@MethodSource("tomcat")
class TomcatSilentEndTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @Parameter Combination setup = new Combination(Containers.TOMCAT, "pool");

  static List<Combination> tomcat() {
    return Combination.of(Containers.TOMCAT);
  }

  private final Heard heard = new Heard();
  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<RequestFacade> alices = new CompletableFuture<>();
  private final Gate leaving = new Gate("the container thread is on its way out");
  private final Gate gone = new Gate("the client has gone");
  private final Gate writing = new Gate("a write has begun");
  private final Gate failed = new Gate("a write has failed");
  private Gate.Condition mayLeave = failed::isOpen;

  private Application alice(Duration deadline, Application.Handler servlet) {
    return new Application()
        .filter(
            "/alice",
            (request, response, chain) -> {
              alices.complete((RequestFacade) request);
              chain.doFilter(request, response);
            })
        .filter("/alice", setup.filter().deadline(deadline).listener(heard).build())
        .servlet("/alice", servlet);
  }

  private TestContainer start(Application application) throws Exception {
    return setup.start(application, setup.options().withFacadesReused());
  }

  private AsyncContext startAsync(HttpServletRequest request) {
    AsyncContext context = request.startAsync();
    context.addListener(new Telling(context));
    return context;
  }

  /** And tries to complete the request, as applications do. */
  private final class Telling implements AsyncListener {
    private final AsyncContext context;

    Telling(AsyncContext context) {
      this.context = context;
    }

    @Override
    public void onError(AsyncEvent event) {
      told.add("error");
      context.complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {
      told.add("complete");
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      told.add("timeout");
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }

  private void assertGone() throws Exception {
    heard.await("started", "failed client-gone");
    Gate.eventually(() -> told.contains("complete"), "onComplete");
    assertEquals("[error, complete]", told.toString());
  }

  // ---- a write fails while the container thread is on its way out

  /** The last steps of a container thread of Tomcat's, held where Alice's write may fail. */
  private final class Held implements Adapter {
    private final Adapter tomcats;

    Held(Adapter tomcats) {
      this.tomcats = tomcats;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
      boolean alice = request.requestURI().equals("/alice");
      tomcats.service(request, response);
      if (alice) {
        leaving.open();
        Gate.eventually(mayLeave, "the container thread may leave");
      }
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
      return tomcats.prepare(request, response);
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent status)
        throws Exception {
      return tomcats.asyncDispatch(request, response, status);
    }

    @Override
    public void log(Request request, Response response, long millis) {
      tomcats.log(request, response, millis);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
      tomcats.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
      return tomcats.getDomain();
    }
  }

  private void writeUntilThatFails(ServletOutputStream output) {
    gone.awaitDeaf();
    writing.open();
    try {
      while (true) {
        output.write(new byte[8 * 1024]);
        output.flush();
      }
    } catch (Exception e) {
      failed.open();
    }
  }

  private void goAwayFrom(TestContainer container) throws Exception {
    ((TomcatContainer) container).adapt(Held::new);
    try (RawClient client = RawClient.connect(container)) {
      client.get("/alice");
      leaving.await();
      client.reset();
    }
    gone.open();
    failed.await();
    Gate.eventually(() -> container.busyThreads() == 0, "Alice's thread has left");
  }

  private Thread writer(HttpServletResponse response) throws IOException {
    ServletOutputStream output = response.getOutputStream();
    var writer = new Thread(() -> writeUntilThatFails(output), "writer");
    writer.start();
    return writer;
  }

  private Application aliceWrites() {
    return alice(
        LONG,
        (request, response) -> {
          startAsync(request);
          writer(response);
        });
  }

  /** Or Tomcat would not tell of it, and would give what it has of her to the next user. */
  @Test
  void aWrite_asTheContainerThreadLeaves_waitsForThat() throws Exception {
    var waited = new CompletableFuture<Boolean>();
    Application app =
        alice(
                LONG,
                (request, response) -> {
                  startAsync(request);
                  Thread writer = writer(response);
                  mayLeave =
                      () -> {
                        boolean waits =
                            writing.isOpen() && writer.getState() == Thread.State.TIMED_WAITING;
                        boolean may = failed.isOpen() || waits;
                        return may && waited.complete(!failed.isOpen());
                      };
                })
            .servlet("/bob", (request, response) -> response.getOutputStream().print("Bob's own"));
    try (TestContainer container = start(app)) {
      goAwayFrom(container);
      assertTrue(waited.get());
      assertGone();
      assertEquals("Bob's own", RawClient.ask(container, "/bob").text());
    }
  }

  @Test
  void aWriteFails_asTheContainerThreadLeaves_listenersAreTold() throws Exception {
    try (TestContainer container = start(aliceWrites())) {
      goAwayFrom(container);
      assertGone();
    }
  }

  /** It swallows what fails. */
  @Test
  void aWriteOfAPrintWriterFails_asTheContainerThreadLeaves_theNextIsRefused_andListenersAreTold()
      throws Exception {
    var left = new Gate("Alice's thread has left");
    var refusal = new CompletableFuture<Throwable>();
    Application app =
        alice(
            LONG,
            (request, response) -> {
              startAsync(request);
              PrintWriter writer = response.getWriter();
              new Thread(
                      () -> {
                        gone.awaitDeaf();
                        while (!writer.checkError()) {
                          writer.print("x".repeat(8 * 1024));
                        }
                        failed.open();
                        left.awaitDeaf();
                        try {
                          writer.print("Alice's own");
                        } catch (IllegalStateException e) {
                          refusal.complete(e);
                        }
                      },
                      "writer")
                  .start();
            });
    try (TestContainer container = start(app)) {
      goAwayFrom(container);
      left.open();
      assertEquals(
          "The request is over: its response has been sent",
          refusal.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS).getMessage());
      assertGone();
    }
  }

  // ---- the request ends as others do

  @Test
  void aWriteFails_whenTheContainerThreadHasLeft_listenersAreToldOnce() throws Exception {
    try (TestContainer container = start(aliceWrites())) {
      try (RawClient client = RawClient.connect(container)) {
        client.get("/alice");
        alices.get();
        Gate.eventually(() -> container.busyThreads() == 0, "Alice's thread has left");
        client.reset();
      }
      gone.open();
      failed.await();
      assertGone();
      Gate.eventually(() -> container.busyThreads() == 0, "Tomcat has told, too");
      assertGone();
    }
  }

  @Test
  void bytesAreUnsent_clientHasGone_completionIsTold() throws Exception {
    completesWithBytesUnsent(task -> new Thread(task, "writer").start());
  }

  @Test
  void bytesAreUnsent_clientHasGone_completionInThePassIsTold() throws Exception {
    completesWithBytesUnsent(Runnable::run);
  }

  /** Tomcat 11 writes them before it completes, and where that fails tells nobody. */
  private void completesWithBytesUnsent(Executor writer) throws Exception {
    var written = new Gate("there are bytes in Tomcat's buffers");
    Application app =
        alice(
            LONG,
            (request, response) -> {
              AsyncContext context = startAsync(request);
              ServletOutputStream output = response.getOutputStream();
              writer.execute(
                  () -> {
                    try {
                      output.write(new byte[12 * 1024]);
                      written.open();
                      gone.awaitDeaf();
                      context.complete();
                    } catch (IOException e) {
                      told.add(e.toString());
                    }
                  });
            });
    try (TestContainer container = start(app)) {
      try (RawClient client = RawClient.connect(container)) {
        client.get("/alice");
        written.await();
        client.reset();
      }
      gone.open();
      Gate.eventually(() -> told.contains("complete"), "onComplete");
      Gate.eventually(() -> heard.names().size() == 2, "the end is told");
      assertEquals(1, Collections.frequency(told, "complete"));
    }
  }

  // ---- the poller closes the connection

  private SocketWrapperBase<?> alicesConnection() throws Exception {
    Field connector = RequestFacade.class.getDeclaredField("request");
    connector.setAccessible(true);
    Request coyote =
        ((org.apache.catalina.connector.Request) connector.get(alices.get())).getCoyoteRequest();
    Field hook = Request.class.getDeclaredField("hook");
    hook.setAccessible(true);
    Field wrapper = AbstractProcessor.class.getDeclaredField("socketWrapper");
    wrapper.setAccessible(true);
    return (SocketWrapperBase<?>) wrapper.get(hook.get(coyote));
  }

  private void closeAlices(TestContainer container) throws Exception {
    alices.get();
    Gate.eventually(() -> container.busyThreads() == 0, "Alice's pass has ended");
    alicesConnection().close();
  }

  @Test
  void connectionIsClosed_deadlineComes_theNextUserIsNotAnswered() throws Exception {
    if (setup.wire() == Wire.H2C) {
      return; // a stream has no connection of its own
    }
    var heardBefore = new CompletableFuture<List<String>>();
    Application app =
        alice(Duration.ofSeconds(3), (request, response) -> startAsync(request))
            .servlet(
                "/bob",
                (request, response) -> {
                  heardBefore.complete(List.copyOf(heard.names()));
                  Gate.eventually(() -> heard.names().size() == 2, "Alice's deadline");
                  response.getOutputStream().print("Bob's own");
                });
    try (TestContainer container = start(app);
        RawClient alice = RawClient.connect(container);
        RawClient bob = RawClient.connect(container)) {
      alice.get("/alice");
      closeAlices(container);
      assertEquals("Bob's own", bob.get("/bob").read().text());
      assertEquals(List.of("started"), heardBefore.get(), "Bob was there before the deadline");
      assertGone();
    }
  }

  @Test
  void connectionIsClosed_completeIsNoneOfTheNextUser() throws Exception {
    if (setup.wire() == Wire.H2C) {
      return; // as above
    }
    var bobInside = new Gate("Bob's request is asynchronous");
    var completed = new Gate("Alice has called complete()");
    Application app =
        alice(
                LONG,
                (request, response) -> {
                  AsyncContext context = startAsync(request);
                  new Thread(
                          () -> {
                            bobInside.awaitDeaf();
                            context.complete();
                            completed.open();
                          },
                          "alice")
                      .start();
                })
            .servlet(
                "/bob",
                (request, response) -> {
                  AsyncContext context = request.startAsync();
                  new Thread(
                          () -> {
                            completed.awaitDeaf();
                            try {
                              response.getOutputStream().print("Bob's own");
                            } catch (Exception e) {
                              told.add(e.toString());
                            }
                            context.complete();
                          },
                          "bob")
                      .start();
                  bobInside.open();
                });
    try (TestContainer container = start(app);
        RawClient alice = RawClient.connect(container)) {
      alice.get("/alice");
      closeAlices(container);
      assertEquals("Bob's own", RawClient.ask(container, "/bob").text());
      assertGone();
    }
  }
}
