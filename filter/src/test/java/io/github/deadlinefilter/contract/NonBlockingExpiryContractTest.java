package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The deadline of non-blocking output that its client does not take. The container goes on with a
 * write long after the application's call has returned, out of the application's own buffers: no
 * other answer may be made of them.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class NonBlockingExpiryContractTest {
  private static final String LINE = "a line of the application's own\n";
  private static final String BODY = LINE.repeat(500_000);
  private static final byte[] BYTES = BODY.getBytes(StandardCharsets.US_ASCII);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void pendingWrite_isCut_andNeverTakenForWhole() throws Exception {
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(2)).build())
            .servlet("/download", NonBlockingExpiryContractTest::download);
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container, 4 * 1024)) {
      client.get("/download");
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" phase=async "), line);
      assertTrue(line.contains(" answer=aborted"), line);
      try {
        Response response = client.read();
        assertEquals(200, response.status());
        assertTrue(response.cut(), "half a body is not a whole one");
        assertTrue(BODY.startsWith(response.text()), "its own");
      } catch (RawClient.NoResponse cutBeforeItsHead) {
        // Nothing that could be taken for anything.
      }
      if (setup.wire() != Wire.H2C) { // there the stream alone is reset
        Gate.eventually(() -> container.connections() == 0, "the connection is closed");
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of(), FilterLog.starting(container, "Answering"));
    }
  }

  /** The listener meets the fence, and what it throws is not to end the response. */
  @Test
  void listenerThatIsStoppedByTheFence_isAnsweredWhole() throws Exception {
    try (TestContainer container = setup.start(polling(/* writes= */ false));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/polls").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertTrue(response.text().startsWith("Timeout: "), response::toString);
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  @Test
  void listenerThatIsStoppedByTheFence_isCut_whereTheAnswerHasBegun() throws Exception {
    try (TestContainer container = setup.start(polling(/* writes= */ true));
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/polls").read();
      assertEquals(200, response.status(), response::toString);
      assertTrue(response.cut(), response::toString);
      assertEquals(LINE, response.text());
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
  }

  /** Undertow has its first onWritePossible wait for the end of this very pass. */
  @Test
  void outputThatIsNotReadyYet_isAnsweredWithoutComplaint() throws Exception {
    Application app =
        new Application()
            .filter(
                "/*", setup.filter().deadline(Duration.ofSeconds(1)).set("grace", "10s").build())
            .servlet(
                "/waits",
                (request, response) -> {
                  request.startAsync();
                  response.getOutputStream().setWriteListener(new Silent());
                  new Gate("never").await();
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/waits").read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      boolean statusAlone =
          setup.container() == Containers.UNDERTOW && !setup.freesTheContainerThread();
      assertEquals(
          statusAlone ? "" : "Timeout: ",
          response.text().substring(0, Math.min(9, response.text().length())),
          response::toString);
      FilterLog.await(container, FilterLog.EXPIRED, 1);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(List.of(), FilterLog.starting(container, "Answering"));
    }
  }

  private static final class Silent implements WriteListener {
    @Override
    public void onWritePossible() {}

    @Override
    public void onError(Throwable error) {}
  }

  private Application polling(boolean writes) {
    return new Application()
        .filter("/*", setup.filter().deadline(Duration.ofSeconds(1)).set("grace", "500ms").build())
        .servlet("/polls", (request, response) -> poll(request, response, writes));
  }

  private static void poll(HttpServletRequest request, HttpServletResponse response, boolean writes)
      throws IOException {
    AsyncContext async = request.startAsync();
    ServletOutputStream output = response.getOutputStream();
    output.setWriteListener(
        new WriteListener() {
          private boolean written;

          @Override
          public void onWritePossible() throws IOException {
            while (output.isReady()) {
              if (writes && !written) {
                written = true;
                output.write(LINE.getBytes(StandardCharsets.US_ASCII));
                if (output.isReady()) {
                  output.flush();
                }
              }
              LockSupport.parkNanos(100_000); // until the fence closes
            }
          }

          @Override
          public void onError(Throwable error) {
            async.complete();
          }
        });
  }

  private static void download(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    AsyncContext async = request.startAsync();
    ServletOutputStream output = response.getOutputStream();
    output.setWriteListener(NonBlocking.atOnce(async, output, BYTES));
  }
}
