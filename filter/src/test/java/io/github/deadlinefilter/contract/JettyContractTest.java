package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What Jetty does with the buffers of a response that is cut while it is being sent. */
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

  private void sendsNobodyElsesBytes(Application.Handler alices) throws Exception {
    Application app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(Duration.ofSeconds(1)).route("/bob = 30s").build())
            .servlet("/alice", alices)
            .servlet("/bob", (request, response) -> writeSmall(response, "b", 200));
    try (TestContainer container = setup.start(app, setup.options().with(Wire.H2C));
        late;
        RawHttp2 alice = RawHttp2.taking(container.port(), 4_096);
        RawHttp2 bob = RawHttp2.taking(container.port(), 1_000_000)) {
      alice.get(1, "/alice");
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
