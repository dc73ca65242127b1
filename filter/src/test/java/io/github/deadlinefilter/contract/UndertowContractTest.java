package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    return Combination.all().stream()
        .filter(one -> one.container() == Containers.UNDERTOW)
        .toList();
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
}
