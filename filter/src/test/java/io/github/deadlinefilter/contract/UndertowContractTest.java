package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What Undertow looks up in a thread local works from a worker, too. */
@ParameterizedClass
@MethodSource("undertow")
class UndertowContractTest {
  @Parameter Combination setup = new Combination(Containers.UNDERTOW, "pool");

  static List<Combination> undertow() {
    return Combination.of(Containers.UNDERTOW);
  }

  private String get(String path) throws Exception {
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .staticFile("cat.txt", "a small grey cat")
            .servlet(
                "/forward",
                (request, response) ->
                    request.getRequestDispatcher("/target").forward(request, response))
            .servlet(
                "/include",
                (request, response) -> {
                  response.getWriter().print("<");
                  request.getRequestDispatcher("/target").include(request, response);
                  response.getWriter().print(">");
                })
            .servlet(
                "/file",
                (request, response) ->
                    request.getRequestDispatcher("/cat.txt").forward(request, response))
            .servlet(
                "/target",
                (request, response) -> response.getWriter().print(request.getDispatcherType()));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get(path).read();
      assertEquals(200, response.status(), response::toString);
      return response.text();
    }
  }

  @Test
  void forward_reachesItsTarget() throws Exception {
    assertEquals("FORWARD", get("/forward"));
  }

  @Test
  void include_reachesItsTarget_andComesBack() throws Exception {
    assertEquals("<INCLUDE>", get("/include"));
  }

  @Test
  void staticFile_isServed_alsoThroughAForward() throws Exception {
    assertEquals("a small grey cat", get("/cat.txt"));
    assertEquals("a small grey cat", get("/file"));
  }

  @Test
  void stuckContainerThread_isNotMadeUpFor_andThatIsSaidOnce() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter(
                  "/*",
                  DeadlineFilter.builder()
                      .set("worker", "container")
                      .set("logEvery", "0s")
                      .deadline(Duration.ofMillis(500))
                      .build())
              .servlet("/deaf", (request, response) -> deaf.hold());
      try (TestContainer container = setup.start(app, setup.options().withThreads(8))) {
        for (int i = 0; i < 2; i++) {
          try (RawClient client = RawClient.connect(container)) {
            assertEquals(503, client.get("/deaf").read().status());
          }
        }
        boolean said = !setup.virtualThreads();
        FilterLog.await(container, "A stuck worker keeps a container thread", said ? 1 : 0);
        deaf.release();
        FilterLog.await(container, FilterLog.LEFT, 2);
      }
    }
  }

  /**
   * A late worker changes the attachments of its exchange past every wrapper, where it ends a
   * session for one, while its client is being answered with what is in them.
   */
  @Test
  void attachments_areFound_whileAnotherThreadChangesThem() throws Exception {
    AttachmentKey<ServletRequestContext> kept = ServletRequestContext.ATTACHMENT_KEY;
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet(
                "/changing",
                (request, response) -> {
                  HttpServerExchange exchange =
                      ServletRequestContext.requireCurrent().getExchange();
                  CompletableFuture<Void> changing =
                      CompletableFuture.runAsync(
                          () ->
                              Stream.generate(() -> AttachmentKey.create(String.class))
                                  .limit(300_000)
                                  .forEach(key -> exchange.putAttachment(key, "put")));
                  int missed = 0;
                  while (!changing.isDone()) {
                    missed += exchange.getAttachment(kept) == null ? 1 : 0;
                  }
                  changing.join();
                  response.getWriter().print(missed);
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals("0", client.get("/changing").read().text());
    }
  }

  /**
   * A late worker is on its way into includes and out of them while its client is answered: inside
   * one, Undertow takes no head, and does not end the answer when that is closed.
   */
  @Test
  void lateOnTheWayIntoIncludes_isAnsweredWhole() throws Exception {
    AtomicInteger entered = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    Application app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> {
                  ((HttpServletResponse) response).setHeader("X-Outer", "kept");
                  chain.doFilter(request, response);
                })
            .filter(
                "/*",
                setup.filter().deadline(Duration.ofMillis(50)).set("retryAfter", "7s").build())
            .servlet(
                "/including",
                (request, response) -> {
                  ServletRequestContext context = ServletRequestContext.requireCurrent();
                  int before = answered.get();
                  entered.incrementAndGet();
                  while (answered.get() == before) {
                    context.getOriginalResponse().setInsideInclude(true);
                    context.setDispatcherType(DispatcherType.INCLUDE);
                    context.getOriginalResponse().setInsideInclude(false);
                    context.setDispatcherType(DispatcherType.REQUEST);
                  }
                });
    try (TestContainer container = setup.start(app)) {
      while (entered.get() < 50) {
        int before = entered.get();
        try (RawClient client = RawClient.connect(container)) {
          Response response = client.get("/including", "Accept: text/plain").read();
          assertEquals(503, response.status(), response::toString);
          assertTrue(response.complete(), response::toString);
          if (entered.get() == before) {
            continue; // its time was over before it had a processor
          }
          assertEquals("7", response.header("Retry-After"), response::toString);
          assertEquals("kept", response.header("X-Outer"), response::toString);
          assertEquals(
              "text/plain;charset=utf-8", response.header("Content-Type"), response::toString);
          assertTrue(response.text().startsWith("Timeout"), response::toString);
        } finally {
          answered.incrementAndGet();
        }
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
