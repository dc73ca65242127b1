package io.github.deadlinefilter.springboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Spring's graceful shutdown: the grace is for late workers as well. */
class ShutdownTest {
  @Test
  void lateWorker_isWaitedFor_andNoLonger() throws Exception {
    var application = RunningApplication.behindTheFilter(Map.of("routes", "/deaf/* = 100ms"));
    var user = new Browser(application);
    assertEquals(200, user.get("/hello").status()); // Spring's first request takes long
    assertEquals(503, user.get(Late.DEAF + "/hello").status());
    Late late = application.late();
    assertEquals(1, late.inside(), "answered, and still at work");

    var closing = CompletableFuture.runAsync(application::close);
    Gate.eventually(() -> refuses(user), "no new requests");
    assertFalse(closing.isDone());
    late.release();
    closing.get(10, TimeUnit.SECONDS); // of the 30 that the grace is long
    assertEquals(0, late.inside());
    assertTrue(
        application.warnings().get(1).startsWith("io.github.deadlinefilter Late worker left: "),
        () -> application.warnings().toString());
    assertEquals(2, application.warnings().size(), () -> application.warnings().toString());
  }

  private static boolean refuses(Browser user) {
    try (RawClient client = user.send("GET", "/hello", "")) {
      client.read();
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException cut) {
      return false;
    }
  }
}
