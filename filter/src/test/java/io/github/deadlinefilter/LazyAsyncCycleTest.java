package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * The asynchronous side of a run is made by whoever asks for it first, perhaps a thread of the
 * application's own while the pass ends. Whatever comes first, its listeners reach the container.
 */
class LazyAsyncCycleTest {
  private final ListenedRequest container = new ListenedRequest();

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  /** To its end, on a thread of its own, which is returned. */
  private static Thread apart(Action action) throws ServletException {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              action.run();
              return true;
            });
    Thread thread = new Thread(task);
    thread.start();
    try {
      task.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new ServletException(e);
    }
    return thread;
  }

  private static void startAndListen(ServletRequest request) throws IOException {
    request.startAsync();
    request.getInputStream().setReadListener(BareServlet.empty(ReadListener.class));
  }

  /** Tomcat has others wait for a lock that its own thread holds for the whole pass. */
  @Test
  void madeWithinThePass_isRegisteredAtItsEnd_onTheContainerThread() throws Exception {
    RequestRun run =
        BareServlet.run(
            (request, response) -> apart(() -> startAndListen(request)), container.request());
    apart(run::run);
    assertEquals(List.of(), container.registrars());
    run.finishPass();
    assertEquals(List.of(Thread.currentThread()), container.registrars());
    run.runs().finished(run);
  }

  @Test
  void madeWithinThePass_isOfNoneWhenThatHasEnded() throws Exception {
    RequestRun run =
        BareServlet.run(
            (request, response) -> apart(() -> ((GuardedRequest) request).run.async()),
            container.request());
    apart(run::run);
    run.finishPass();
    Thread application = apart(() -> container.listen(run));
    assertEquals(List.of(application), container.registrars());
  }

  /** The worker has left, and the container thread is on its way. */
  @Test
  void madeBeforeThePassEnds_isMadeForNone() throws Exception {
    RequestRun run = BareServlet.run((request, response) -> {}, container.request());
    apart(run::run);
    Thread application = apart(() -> container.listen(run));
    assertEquals(List.of(application), container.registrars());
    run.finishPass();
    assertEquals(List.of(application), container.registrars(), "and not twice");
  }

  /** No container thread comes any more that would register what waits for one. */
  @Test
  void madeAfterThePass_isMadeForNone() throws Exception {
    RequestRun run = BareServlet.run((request, response) -> {}, container.request());
    apart(run::run);
    run.finishPass();
    Thread application = apart(() -> container.listen(run));
    assertEquals(List.of(application), container.registrars());
  }
}
