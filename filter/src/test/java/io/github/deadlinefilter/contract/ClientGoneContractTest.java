package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.ServletOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A client that goes away from an asynchronous request is told apart from a deadline, where its
 * container tells of it.
 */
@ParameterizedClass
@FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
class ClientGoneContractTest {
  @Parameter Containers kind = Containers.TOMCAT;

  private final Heard heard = new Heard();
  private final Gate asynchronous = new Gate("the request is asynchronous");
  private final Gate gone = new Gate("the client has gone");
  private final CompletableFuture<Deadline.Cause> cause = new CompletableFuture<>();

  private TestContainer start() throws Exception {
    var setup = new Combination(kind, "pool");
    return setup.start(
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMinutes(5)).listener(heard).build())
            .servlet(
                "/async",
                (request, response) -> {
                  request.startAsync();
                  Deadline deadline = Deadline.current();
                  deadline.onExpire(() -> cause.complete(deadline.cause()));
                  ServletOutputStream output = response.getOutputStream();
                  new Thread(() -> writeOn(output), "writer").start();
                  asynchronous.open();
                }));
  }

  private void writeOn(ServletOutputStream output) {
    gone.awaitDeaf();
    try {
      while (true) {
        output.write(new byte[8 * 1024]);
        output.flush();
      }
    } catch (Exception e) {
      // That is how it ends, whatever the container calls it.
    }
  }

  /** Over HTTP/1.1 Jetty leaves it to whoever writes to end the request. */
  @Test
  void connectionIsReset_applicationWrites_thatIsTheCause() throws Exception {
    try (TestContainer container = start()) {
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), container.port())) {
        client.setSoLinger(true, 0); // closes by a reset
        client
            .getOutputStream()
            .write("GET /async HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        asynchronous.await();
        Gate.eventually(() -> container.busyThreads() == 0, "its pass has ended");
      }
      gone.open();
      if (kind != Containers.jetty()) {
        assertEquals(
            Deadline.Cause.CLIENT_GONE, cause.get(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS));
        heard.await("started", "failed client-gone");
      }
    }
  }
}
