package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletInputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where Undertow's own threads meet those of a request that is late. */
@ParameterizedClass
@MethodSource("undertow")
class UndertowBodyContractTest {
  /** The listener has to be there by then. */
  private static final Duration LATE = Duration.ofSeconds(1);

  @Parameter Combination setup = new Combination(Containers.UNDERTOW, "pool");

  static List<Combination> undertow() {
    return Combination.http1().stream()
        .filter(one -> one.container() == Containers.UNDERTOW)
        .toList();
  }

  /** Which may be about to read into the buffer that is given back with the connection. */
  @Test
  void lateBodyThatAListenerReads_isDroppedByTheThreadThatReadsIt() throws Exception {
    var ioThread = new CompletableFuture<Thread>();
    var closedBy = new CompletableFuture<Thread>();
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(LATE).build())
            .servlet(
                "/half",
                (request, response) -> {
                  HttpServerExchange exchange =
                      ServletRequestContext.requireCurrent().getExchange();
                  exchange
                      .getConnection()
                      .addCloseListener(closed -> closedBy.complete(Thread.currentThread()));
                  request.startAsync();
                  ServletInputStream in = request.getInputStream();
                  in.setReadListener(new NonBlocking.Reader(in, body -> {}, () -> {}));
                  ioThread.complete(exchange.getIoThread());
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      client.send("POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
      assertEquals(503, client.read().status());
      assertSame(soon(ioThread), soon(closedBy));
    }
  }

  private static Thread soon(CompletableFuture<Thread> thread) throws Exception {
    return thread.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
