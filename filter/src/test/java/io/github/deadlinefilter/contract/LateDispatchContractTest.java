package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The deadline passes in what an asynchronous request was dispatched to. A container brings such a
 * dispatch with the request and response that the application started it with, so that filters
 * outside of ours may hold what ours has sealed.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class LateDispatchContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** How the application starts what it dispatches. */
  private interface Start {
    AsyncContext of(HttpServletRequest request, HttpServletResponse response);
  }

  @Test
  void startAsync_isAnsweredAndTheOuterFilterGoesOn() throws Exception {
    late((request, response) -> request.startAsync());
  }

  @Test
  void startAsyncWithItsOwn_isAnsweredAndTheOuterFilterGoesOn() throws Exception {
    late((request, response) -> request.startAsync(request, response));
  }

  @Test
  void startAsyncWithWrappers_isAnsweredAndTheOuterFilterGoesOn() throws Exception {
    late(LateDispatchContractTest::wrapped);
  }

  /** What a framework does that gives a dispatch its own objects. */
  private static AsyncContext wrapped(HttpServletRequest request, HttpServletResponse response) {
    return request.startAsync(
        new HttpServletRequestWrapper(request), new HttpServletResponseWrapper(response));
  }

  @Test
  void dispatchInTime_isNoOtherForTheOuterFilter() throws Exception {
    Queue<String> outside = new ConcurrentLinkedQueue<>();
    Application app =
        application(
            outside,
            LateDispatchContractTest::wrapped,
            (request, response) -> response.getOutputStream().print("in time"));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/dispatches").read();
      assertEquals("in time", response.text(), response::toString);
      assertEquals(200, response.status());
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of("REQUEST 200", "ASYNC 200"), List.copyOf(outside));
      assertEquals(List.of(), container.log().warnings());
    }
  }

  private void late(Start start) throws Exception {
    Queue<String> outside = new ConcurrentLinkedQueue<>();
    Application app = application(outside, start, (request, response) -> new Gate("never").await());
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/dispatches").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertEquals("there", response.header("X-Outer"), response::toString);
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of("REQUEST 200", "ASYNC 503"), List.copyOf(outside));
      assertEquals(
          List.of(),
          container.log().warnings().stream()
              .map(LogRecord::getLoggerName)
              .filter(name -> !name.startsWith("io.github.deadlinefilter"))
              .toList());
    }
  }

  private Application application(
      Queue<String> outside, Start start, Application.Handler dispatched) {
    Filter outer =
        (request, response, chain) -> {
          var answer = (HttpServletResponse) response;
          answer.setHeader("X-Outer", "there");
          chain.doFilter(request, response);
          outside.add(request.getDispatcherType() + " " + answer.getStatus());
        };
    return new Application()
        .filter(
            "/*", outer, entry -> entry.dispatchers(DispatcherType.REQUEST, DispatcherType.ASYNC))
        .filter("/*", setup.filter().deadline(Duration.ofSeconds(1)).set("grace", "10s").build())
        .servlet(
            "/dispatches",
            (request, response) -> {
              if (request.getDispatcherType() == DispatcherType.ASYNC) {
                dispatched.handle(request, response);
              } else {
                start.of(request, response).dispatch();
              }
            });
  }
}
