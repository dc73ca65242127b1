package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where Jetty's own threads meet those of a request that is late. */
@ParameterizedClass
@MethodSource("jetty")
class JettyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private final Deaf late = new Deaf();

  static List<Combination> jetty() {
    return Combination.http1().stream()
        .filter(one -> one.container().name().startsWith("JETTY"))
        .toList();
  }

  /**
   * Both sides reset a stream while bytes of it wait for room in the connection: the buffer that
   * they are in is nobody else's until they are out.
   */
  @Test
  void resetByBothSides_whileBytesAreOnTheirWay_sendsNobodyElsesBytes() throws Exception {
    sendsNobodyElsesBytes((request, response) -> writeSmall(response, "a", 100_000));
  }

  @Test
  void resetByBothSides_ofNonBlockingOutput_sendsNobodyElsesBytes() throws Exception {
    sendsNobodyElsesBytes((request, response) -> writeOn(response, request.startAsync(), () -> {}));
  }

  /** The servlet that has begun such output has not returned at the deadline. */
  @Test
  void resetByBothSides_ofNonBlockingOutputOfAPass_sendsNobodyElsesBytes() throws Exception {
    sendsNobodyElsesBytes(
        (request, response) -> {
          writeOn(response, request.startAsync(), () -> {}).onWritePossible();
          late.hold();
        });
  }

  /** Nor has the one that its request was dispatched to meanwhile. */
  @Test
  void resetByBothSides_ofNonBlockingOutputOfThePassBefore_sendsNobodyElsesBytes()
      throws Exception {
    sendsNobodyElsesBytes(writeOnThen(late::hold));
  }

  @Test
  void resetByBothSides_ofNonBlockingOutputOfThePassBefore_stopping_sendsNobodyElsesBytes()
      throws Exception {
    sendsNobodyElsesBytes(writeOnThen(new Gate("never")::await));
  }

  /**
   * What Jetty does about bytes on their way it does on a thread of its own, after other things:
   * here that thread does not get to it, as on a busy machine.
   */
  @Test
  void resetByBothSides_beforeJettyGetsToIt_sendsNobodyElsesBytes() throws Exception {
    sendsNobodyElsesBytes(
        new Application()
            .filter(
                "/alice",
                (request, response, chain) -> {
                  core(request).demand(late::hold);
                  chain.doFilter(request, response);
                }),
        (request, response) -> writeOn(response, request.startAsync(), () -> {}));
  }

  @FunctionalInterface
  private interface Pass {
    void run() throws Exception;
  }

  private static Application.Handler writeOnThen(Pass next) {
    return (request, response) -> {
      if (request.getDispatcherType() == DispatcherType.ASYNC) {
        next.run();
      } else {
        AsyncContext async = request.startAsync();
        writeOn(response, async, async::dispatch);
      }
    };
  }

  /**
   * Writes more than any client takes.
   *
   * @param full is done when the container takes no more
   */
  private static WriteListener writeOn(
      HttpServletResponse response, AsyncContext async, Runnable full) throws IOException {
    response.flushBuffer();
    ServletOutputStream output = response.getOutputStream();
    byte[] body = "a".repeat(10_000_000).getBytes(StandardCharsets.US_ASCII);
    var writer =
        new NonBlocking.Writer(output, body, /* piece= */ 100, async::complete, async::complete);
    var listener =
        new WriteListener() {
          @Override
          public void onWritePossible() throws IOException {
            writer.onWritePossible();
            full.run();
          }

          @Override
          public void onError(Throwable error) {
            writer.onError(error);
          }
        };
    output.setWriteListener(listener);
    return listener;
  }

  /**
   * A reader that has found nothing and is about to wait when the deadline passes. No interrupt
   * stops it, as none would stop who reads a form or parts.
   */
  @Test
  void readerThatIsAboutToWait_leavesAtTheDeadline() throws Exception {
    var answered = new Gate("onTimeout");
    var left = new Gate("the reader's leaving");
    Application app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> {
                  holdReader(request);
                  chain.doFilter(request, response);
                })
            .filter(
                "/*",
                setup.filter().deadline(Duration.ofSeconds(1)).set("onExpiry", "abandon").build())
            .servlet(
                "/read",
                (request, response) -> {
                  ServletInputStream input = request.getInputStream();
                  AsyncContext async = request.startAsync();
                  async.addListener(new EndListener(event -> answered.open(), () -> {}));
                  async.start(
                      () -> {
                        assertThrows(IOException.class, input::read);
                        left.open();
                      });
                });
    try (TestContainer container = setup.start(app);
        late;
        RawClient client = RawClient.connect(container)) {
      client.request("POST", "/read", "", "Content-Length: 200");
      assertEquals(503, client.read().status());
      answered.await();
      late.release();
      left.await();
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  /** Jetty resets some of the streams that share a connection in place of its own error page. */
  @Test
  void manyLateOnOneConnectionOfHttp2_areAllAnswered() throws Exception {
    int many = 50;
    Application app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(Duration.ofMillis(300)).set("grace", "3s").build())
            .servlet("/slow", (request, response) -> new Gate("never").await());
    Options options = setup.options().with(Wire.H2C).withThreads(2 * many);
    try (TestContainer container = setup.start(app, options);
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < many; i++) {
        client.get("/slow");
      }
      for (int i = 0; i < many; i++) {
        Response response = client.read();
        assertEquals(503, response.status());
        assertTrue(response.complete(), response::toString);
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  private void holdReader(ServletRequest request) {
    core(request)
        .addHttpStreamWrapper(
            stream ->
                new HttpStream.Wrapper(stream) {
                  private int nothing;

                  @Override
                  public Content.Chunk read() {
                    Content.Chunk chunk = super.read();
                    if (chunk == null && ++nothing == 2) { // Jetty looks twice before it waits
                      late.hold();
                    }
                    return chunk;
                  }
                });
  }

  private static Request core(ServletRequest request) {
    try {
      return (Request) request.getClass().getMethod("getRequest").invoke(request);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private void sendsNobodyElsesBytes(Application.Handler alices) throws Exception {
    sendsNobodyElsesBytes(new Application(), alices);
  }

  private void sendsNobodyElsesBytes(Application outer, Application.Handler alices)
      throws Exception {
    Application app =
        outer
            .filter(
                "/*", setup.filter().deadline(Duration.ofSeconds(1)).route("/bob = 30s").build())
            .servlet("/alice", alices)
            .servlet("/bob", (request, response) -> writeSmall(response, "b", 200));
    try (TestContainer container = setup.start(app, setup.options().with(Wire.H2C));
        late;
        RawHttp2 alice = RawHttp2.taking(container.port(), 4_096);
        RawHttp2 bob = RawHttp2.taking(container.port(), 1_000_000)) {
      alice.unfinishedPost(1, "/alice");
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" answer=aborted"), line);
      alice.reset(1);
      late.release();
      late.awaitLeft();
      for (int stream = 1; stream < 100; stream += 2) {
        bob.get(stream, "/bob");
        assertEquals("b".repeat(20_000), bob.body(stream));
      }
      alice.get(3, "/bob");
      RawHttp2.Frame frame;
      do {
        frame = alice.next();
        if (frame.type() == RawHttp2.DATA) {
          String own = frame.stream() == 1 ? "a" : "b";
          assertEquals(own.repeat(frame.text().length()), frame.text());
        }
      } while (frame.stream() == 1 || !frame.endsStream());
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  /** In pieces that are gathered in a buffer of the container's. */
  private static void writeSmall(HttpServletResponse response, String text, int pieces)
      throws IOException {
    byte[] piece = text.repeat(100).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < pieces; i++) {
      response.getOutputStream().write(piece);
    }
  }
}
