package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Read and write listeners, which a worker sets and the container calls. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class NonBlockingIoContractTest {
  private static final int ECHOED = 200_000;
  private static final int DOWNLOADED = 4_000_000;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private Outcome same(int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Outcome without = Comparison.run(setup, false, notes, scenario, exchanges);
    Outcome with = Comparison.run(setup, true, notes, scenario, exchanges);
    assertEquals(without, with);
    return with;
  }

  /** Reads without blocking, and then writes back what came. */
  private static ReadListener echo(AsyncContext context, ServletInputStream input) {
    return new NonBlocking.Reader(
        input,
        body -> {
          ServletOutputStream output = context.getResponse().getOutputStream();
          output.setWriteListener(NonBlocking.answer(context, output, body));
        },
        context::complete);
  }

  private static void echo(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    AsyncContext context = request.startAsync();
    response.setContentType("application/octet-stream");
    ServletInputStream input = request.getInputStream();
    input.setReadListener(echo(context, input));
  }

  private static Response inPieces(RawClient client, String path) throws IOException {
    client.request("POST", path, "", "Content-Length: " + ECHOED);
    for (int sent = 0; sent < ECHOED; sent += 20_000) {
      client.send(Integer.toString(sent / 20_000).repeat(20_000));
    }
    return client.read();
  }

  /**
   * The small one first: of a connection of HTTP/2 that begins with a body of many frames, Tomcat
   * loses one in some 200, with this filter or without it. Its asynchronous parser takes a part of
   * the body for the head of a frame.
   */
  @Test
  void echo_sentInPieces() throws Exception {
    Outcome outcome =
        same(
            0,
            (app, notes) -> app.servlet("/echo", NonBlockingIoContractTest::echo),
            client -> client.post("/echo", "small").read(),
            client -> inPieces(client, "/echo"),
            client -> inPieces(client, "/echo"));
    assertTrue(outcome.answers().get(0).endsWith("small"));
    assertTrue(outcome.answers().get(2).endsWith("9".repeat(Comparison.SHOWN)));
  }

  @Test
  void download_large() throws Exception {
    Outcome outcome =
        same(
            0,
            (app, notes) ->
                app.servlet(
                    "/download",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      response.setContentLength(DOWNLOADED);
                      ServletOutputStream output = response.getOutputStream();
                      byte[] bytes = "x".repeat(DOWNLOADED).getBytes(StandardCharsets.US_ASCII);
                      output.setWriteListener(NonBlocking.answer(context, output, bytes));
                    }),
            Comparison.get("/download"),
            Comparison.get("/download"));
    assertTrue(outcome.answers().get(1).endsWith("x".repeat(Comparison.SHOWN)));
  }

  @FunctionalInterface
  private interface Call {
    void make() throws IOException;
  }

  private static String thrownBy(Call call) {
    try {
      call.make();
    } catch (IOException | RuntimeException e) {
      return e.getClass().getName();
    }
    return "nothing";
  }

  @Test
  void misuse_throwsAsTheContainerDoes() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/notAsync",
                    (request, response) -> {
                      ServletInputStream input = request.getInputStream();
                      ServletOutputStream output = response.getOutputStream();
                      notes.add(thrownBy(() -> input.setReadListener(silent())));
                      notes.add(thrownBy(() -> output.setWriteListener(silentWriter())));
                      output.print("end");
                    })
                .servlet(
                    "/null",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      ServletInputStream input = request.getInputStream();
                      notes.add(thrownBy(() -> setNull(input)));
                      context.complete();
                    })
                .servlet(
                    "/twice",
                    (request, response) -> {
                      AsyncContext context = request.startAsync();
                      ServletInputStream input = request.getInputStream();
                      input.setReadListener(echo(context, input));
                      notes.add(thrownBy(() -> input.setReadListener(echo(context, input))));
                    });
    same(
        4,
        scenario,
        Comparison.get("/notAsync"),
        Comparison.get("/null"),
        client -> client.post("/twice", "body").read());
  }

  @SuppressWarnings("NullAway") // that is the point
  private static void setNull(ServletInputStream input) {
    input.setReadListener(null);
  }

  private static ReadListener silent() {
    return new ReadListener() {
      @Override
      public void onDataAvailable() {}

      @Override
      public void onAllDataRead() {}

      @Override
      public void onError(Throwable error) {}
    };
  }

  private static WriteListener silentWriter() {
    return new WriteListener() {
      @Override
      public void onWritePossible() {}

      @Override
      public void onError(Throwable error) {}
    };
  }

  @Test
  void late_whileTheBodyDoesNotCome_isAnswered() throws Exception {
    try (TestContainer container = setup.start(late())) {
      try (RawClient client = RawClient.connect(container)) {
        client.request("POST", "/echo", "half", "Content-Length: 1000");
        Response response = client.read();
        assertEquals(503, response.status());
        assertTrue(response.complete(), response::toString);
      }
      goesOn(container);
    }
  }

  @Test
  void late_whileTheClientDoesNotRead_isCut() throws Exception {
    try (TestContainer container = setup.start(late())) {
      try (RawClient client = RawClient.connect(container, 4096)) {
        client.get("/download");
        FilterLog.expired(container);
        Response response = client.read();
        assertTrue(response.status() == 503 ? response.complete() : response.cut());
      }
      goesOn(container);
    }
  }

  @Test
  void late_inOnDataAvailable_isAnswered() throws Exception {
    try (var deaf = new Deaf()) {
      Queue<String> notes = new ConcurrentLinkedQueue<>();
      AtomicReference<Deadline> deadline = new AtomicReference<>(Deadline.NONE);
      Application app =
          late()
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    deadline.set(Deadline.current());
                    request.startAsync();
                    request
                        .getInputStream()
                        .setReadListener(
                            new ReadListener() {
                              @Override
                              public void onDataAvailable() {
                                notes.add("inside");
                                deaf.hold();
                              }

                              @Override
                              public void onAllDataRead() {}

                              @Override
                              public void onError(Throwable error) {}
                            });
                  });
      try (TestContainer container = setup.start(app)) {
        try (RawClient client = RawClient.connect(container)) {
          client.post("/deaf", "body");
          if (setup.container() == Containers.UNDERTOW && setup.wire() == Wire.H2C) {
            // The one thread that could send the answer is the one that is held.
            deaf.awaitInside(1);
            Gate.eventually(() -> Objects.requireNonNull(deadline.get()).isExpired(), "late");
            deaf.release();
          }
          Response response = client.read();
          assertEquals(503, response.status());
          assertTrue(response.complete(), response::toString);
          assertEquals("[inside]", notes.toString());
          deaf.release();
        }
        goesOn(container);
      }
    }
  }

  private Application late() {
    return new Application()
        .filter("/*", setup.filter().deadline(Duration.ofMillis(600)).build())
        .servlet("/echo", NonBlockingIoContractTest::echo)
        .servlet(
            "/download",
            (request, response) -> {
              AsyncContext context = request.startAsync();
              response.setContentLength(50_000_000);
              ServletOutputStream output = response.getOutputStream();
              output.setWriteListener(NonBlocking.answer(context, output, new byte[50_000_000]));
            })
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
  }

  private static void goesOn(TestContainer container) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      assertEquals("hi", client.get("/hi").read().text());
    }
    Gate.eventually(() -> container.busyThreads() == 0, "idle");
  }
}
