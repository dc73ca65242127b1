package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A listener for non-blocking output that completes the request from inside its callback, as most
 * do. Undertow ends the request inside that very call, on the thread that serves all connections.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class CompleteInListenerContractTest {
  private static final int REQUESTS = 20;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void completeInOnWritePossible_isAWholeAnswer_andEveryThreadIsFree() throws Exception {
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet("/download", CompleteInListenerContractTest::download);
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < REQUESTS; i++) {
        Response response = client.get("/download").read();
        assertEquals(200, response.status());
        assertTrue(response.complete(), response::toString);
        assertEquals("whole", response.text());
      }
      Gate.eventually(() -> container.busyThreads() == 0, "every thread is free");
    }
  }

  private static void download(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    AsyncContext async = request.startAsync();
    ServletOutputStream output = response.getOutputStream();
    byte[] body = "whole".getBytes(StandardCharsets.US_ASCII);
    output.setWriteListener(NonBlocking.atOnce(async, output, body));
  }
}
