package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletInputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Undertow gives back nothing of a late request that somebody is using. */
@ParameterizedClass
@MethodSource("undertow")
class UndertowBuffersContractTest {
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

  /** What its end gives back is what whoever is inside goes on with. */
  @Test
  void requestOfAConnectionThatIsCut_endsWhenNobodyIsInside() throws Exception {
    var ended = new Gate("the exchange has ended");
    try (var deaf = new Deaf()) {
      Application app =
          new Application()
              .filter("/*", setup.filter().deadline(LATE).build())
              .servlet(
                  "/begun",
                  (request, response) -> {
                    ServletRequestContext.requireCurrent()
                        .getExchange()
                        .addExchangeCompleteListener(
                            (exchange, next) -> {
                              ended.open();
                              next.proceed();
                            });
                    response.getOutputStream().print("begun");
                    response.flushBuffer();
                    deaf.hold();
                  });
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        assertTrue(client.get("/begun").read().cut());
        String line = FilterLog.expired(container);
        assertTrue(line.contains(" answer=aborted"), line);
        assertFalse(ended.isOpen(), "ended while its worker is inside");
        deaf.release();
        ended.await();
        Gate.eventually(() -> container.connections() == 0, "Undertow knows that it is closed");
      }
    }
  }

  /** Its answer looks for a next request behind the body that the reader would go on with. */
  @Test
  void lateReaderOfABody_takesNoMoreOfIt_whenItsClientSendsOn() throws Exception {
    var tookAll = new CompletableFuture<Boolean>();
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(LATE).set("onExpiry", "abandon").build())
            .servlet("/hi", (request, response) -> {})
            .servlet(
                "/form",
                (request, response) -> {
                  HttpServerExchange exchange =
                      ServletRequestContext.requireCurrent().getExchange();
                  try {
                    request.getParameter("a");
                  } finally {
                    tookAll.complete(exchange.isRequestComplete());
                  }
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Gate.eventually( // the first requests may be late before a worker has begun
          () -> RawClient.ask(container, "/hi").status() == 200, "warm");
      client.send(
          """
          POST /form HTTP/1.1\r
          Host: localhost\r
          Content-Type: application/x-www-form-urlencoded\r
          Transfer-Encoding: chunked\r
          \r
          2\r
          a=\r
          """);
      assertEquals(503, client.read().status());
      client.send("1\r\nb\r\n0\r\n\r\n");
      assertFalse(soon(tookAll), "the late worker has read the body to its end");
    }
  }

  /** What the soak relies on. */
  @Test
  void bufferThatIsWrittenTo_afterItWasGivenBack_isNoticed() {
    var pool = new WatchedBuffers();
    try (ContainerLog log = ContainerLog.open()) {
      PooledByteBuffer lent = pool.allocate();
      ByteBuffer kept = lent.getBuffer();
      lent.close();
      for (int i = 0; i < 2 * WatchedBuffers.REST; i++) {
        pool.allocate().close();
      }
      assertEquals("", ContainerLog.lines(log.warnings()));
      kept.put(5, (byte) '!');
      for (int i = 0; i < 2 * WatchedBuffers.REST; i++) {
        pool.allocate().close();
      }
      String said = ContainerLog.lines(log.warnings());
      assertTrue(said.contains("Written to after it was given back, at 5: !"), said);
    }
  }

  private static <T> T soon(CompletableFuture<T> future) throws Exception {
    return future.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
