package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Of a request that is late it is said where it was slow, and how others name it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class BlameContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** Long, so that between a half and four fifths there is room for a busy machine. */
  private static final Duration LOOP = Duration.ofSeconds(2);

  private final Heard heard = new Heard();

  private static final class Slow {
    private final CompletableFuture<String> reply = new CompletableFuture<>();

    /** Many short calls, none of which is slow by itself, and not the same all the time. */
    void loop() {
      while (!Thread.currentThread().isInterrupted()) {
        if (Deadline.current().remaining().compareTo(LOOP.dividedBy(3)) > 0) {
          one();
        } else {
          another();
        }
      }
    }

    private static void one() {
      LockSupport.parkNanos(1_000_000);
    }

    private static void another() {
      LockSupport.parkNanos(1_000_000);
    }

    void query() throws Exception {
      Driver.query(reply);
    }

    @SuppressWarnings("try") // only how long it is open counts
    void dependency() throws Exception {
      try (var call = Deadline.current().io("redis", "GET session")) {
        Deadline.current().await(reply);
      }
    }
  }

  /** Of a jar in WEB-INF/lib, as far as the container knows. */
  private static final class Driver {
    static void query(CompletableFuture<String> reply) throws Exception {
      reply.get();
    }
  }

  private TestContainer start() throws Exception {
    var slow = new Slow();
    return setup.start(
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("grace", "10s") // none leaves late, however busy the machine is
                    .route("/slow/* = 500ms")
                    .route("/slow/loop = 2s")
                    .listener(heard)
                    .build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
            .servlet("/slow/loop", (request, response) -> slow.loop())
            .servlet("/slow/query", (request, response) -> slow.query())
            .servlet("/slow/dependency", (request, response) -> slow.dependency())
            .staticFile(fileOf(Slow.class), "")
            .staticFile(fileOf(BlameContractTest.class), ""));
  }

  private static String fileOf(Class<?> type) {
    return "WEB-INF/classes/" + type.getName().replace('.', '/') + ".class";
  }

  private DeadlineEvent late(TestContainer container, String path) throws Exception {
    assertEquals("hi", RawClient.ask(container, "/hi").text()); // the first one takes long
    try (RawClient client = RawClient.connect(container)) {
      assertEquals(503, client.get(path, "X-Request-Id: edge-17").read().status());
    }
    return heard.await("started", "completed", "started", "expired expired").get(3);
  }

  @Test
  void loopOfShortCalls_isToBlameItself_andNotTheOneThatWasLast() throws Exception {
    try (TestContainer container = start()) {
      DeadlineEvent expired = late(container, "/slow/loop");
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" at=\"" + Slow.class.getName() + ".loop("), line);
      assertTrue(line.endsWith("\" samples=3"), line);
      assertTrue(expired.blamed().startsWith(Slow.class.getName() + ".loop("), expired.blamed());
      assertTrue(line.contains(" route=\"/slow/loop\" request=edge-17 "), line);
      assertEquals("edge-17", expired.requestId().orElseThrow());
      assertFalse(line.contains(" io="), line);
    }
  }

  @Test
  void lineOfTheApplication_isNamed_andNotThatOfItsDriver() throws Exception {
    try (TestContainer container = start()) {
      DeadlineEvent expired = late(container, "/slow/query");
      String own = Slow.class.getName() + ".query(BlameContractTest.java:";
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" at=\"" + own), line);
      assertTrue(expired.blamed().startsWith(own), expired.blamed());
    }
  }

  @Test
  void dependencyThatTookItsTime_isToBlame() throws Exception {
    try (TestContainer container = start()) {
      DeadlineEvent expired = late(container, "/slow/dependency");
      assertEquals("redis GET session", expired.blamed());
      assertEquals(1, expired.ioCalls().size());
      String call = expired.ioCalls().get(0);
      assertTrue(
          call.matches("\\+\\d+m?s redis GET session: (still running after )?\\d+m?s"), call);
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" io=\"redis 1 call "), line);
      assertTrue(line.contains(" at=\"" + Slow.class.getName() + ".dependency("), line);
    }
  }
}
