package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a container hears of an asynchronous request, and how long it is kept from ending one. */
class AsyncCycleTest {
  /** What the container is told. */
  private final List<String> told = new ArrayList<>();

  private final AsyncContext container =
      (AsyncContext)
          Proxy.newProxyInstance(
              AsyncContext.class.getClassLoader(),
              new Class<?>[] {AsyncContext.class},
              (self, method, arguments) -> container(method.getName()));

  private final RequestRun run =
      BareServlet.run(
          (request, response) -> {
            RequestRun own = ((GuardedRequest) request).run;
            own.async().start(() -> container, /* original= */ true);
          });
  private final AtomicBoolean sends = new AtomicBoolean(true);

  /** Cut, answered, and its last write is still on its way to a client that does not read. */
  private void park() {
    run.run();
    assertTrue(run.tryExpire(1 << RunState.ASYNC, /* presence= */ 0) >= 0);
    run.report(ExpiryReport.of(run, "async", /* ran= */ false, List.of()));
    assertTrue(run.tryAnswerDirect(/* presence= */ 0, /* always= */ true));
    run.stay();
    run.async().ioListeners().afterWrite(sends::get, () -> run.exit(RunState.CALL));
    run.parked();
  }

  /** Ends within complete(), as Jetty does. */
  private @Nullable Object container(String call) throws IOException {
    if (call.equals("dispatch") || call.equals("complete")) {
      told.add(call);
    }
    if (call.equals("complete")) {
      run.async().onComplete(new AsyncEvent(BareServlet.empty(AsyncContext.class)));
      told.add("completed");
    }
    return call.equals("getTimeout") ? 0L : null;
  }

  private AsyncContext cycle() {
    run.run();
    return Objects.requireNonNull(run.async().context());
  }

  /** By then the container may use its objects for somebody else. */
  @Test
  void ended_isNotTheContainersAnyMore() {
    AsyncContext cycle = cycle();
    cycle.complete();
    assertThrows(IllegalStateException.class, cycle::complete);
    assertThrows(IllegalStateException.class, cycle::dispatch);
    assertEquals(List.of("complete", "completed"), told);
  }

  /** Jetty tells of the client's reset first, and of the write when it has come back from that. */
  @Test
  void containerEndsIt_whileTheLastWriteIsOnItsWay_goesOnWhenThatIsOut() throws Exception {
    park();
    Thread container =
        new Thread(
            () -> {
              try {
                run.async().onError(new AsyncEvent(BareServlet.empty(AsyncContext.class)));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    container.start();
    while (container.isAlive() && container.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertFalse(run.isReleased());
    sends.set(false);
    container.join(Duration.ofSeconds(20).toMillis());
    assertFalse(container.isAlive(), "it waits for itself");
    assertTrue(run.isReleased());
  }

  @Test
  void clientHasGone_deadlineIsOver_andSaysSo() throws Exception {
    cycle();
    run.deadline.onExpire(() -> told.add("cancelled"));
    var error =
        new AsyncEvent(
            BareServlet.empty(AsyncContext.class), null, null, new ClosedChannelException());
    run.async().onError(error);
    assertEquals(Deadline.Cause.CLIENT_GONE, run.deadline.cause());
    assertTrue(run.deadline.isExpired());
    assertEquals(List.of("cancelled"), told);
  }

  /** Tomcat ends a request with whatever a listener of the application's throws, too. */
  @Test
  void containerEndsIt_forAnotherReason_deadlineIsNotOver() throws Exception {
    cycle();
    var error =
        new AsyncEvent(
            BareServlet.empty(AsyncContext.class), null, null, new IOException("a backend's"));
    run.async().onError(error);
    assertFalse(run.deadline.isExpired());
    assertEquals(Deadline.Cause.DEADLINE, run.deadline.cause());
  }
}
