package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A deadline that hits exactly when the chain finishes: one whole answer, whichever it is. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class CompletionRaceContractTest {
  private static final int CLIENTS = 4;

  /** By two graces and at least two kinds: more than 10,000 for each container. */
  private static final int REQUESTS_EACH = 700;

  private static final String BODY = "x".repeat(3_000);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @ParameterizedTest
  @ValueSource(strings = {"0ms", "1ms"})
  void chainEndsAtItsDeadline_clientGetsOneWholeAnswer(String grace) throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("deadline", "2ms")
                    .set("grace", grace)
                    .set("status", "504")
                    .build())
            .servlet(
                "/race",
                (request, response) -> {
                  long until = System.nanoTime() + Long.parseLong(request.getQueryString());
                  response.setContentType("text/x-app");
                  while (System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                  }
                  response.getOutputStream().print(BODY);
                });
    AtomicInteger inTime = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (TestContainer container = setup.container().start(app)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int seed = i;
        all.add(
            clients.submit(
                () -> {
                  client(container.port(), new SplittableRandom(seed), inTime, late);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      Gate.eventually(() -> container.busyThreads() == 0, "everything has left");
    } finally {
      clients.shutdownNow();
    }
    assertEquals(CLIENTS * REQUESTS_EACH, inTime.get() + late.get());
    assertTrue(inTime.get() > 0 && late.get() > 0, () -> inTime + " in time, " + late + " late");
  }

  private static void client(
      int port, SplittableRandom random, AtomicInteger inTime, AtomicInteger late)
      throws Exception {
    RawClient client = RawClient.connect(port);
    try {
      for (int i = 0; i < REQUESTS_EACH; i++) {
        Response response = client.get("/race?" + random.nextLong(1_500_000, 2_300_000)).read();
        assertTrue(response.complete(), response::toString);
        if (response.status() == 200) {
          assertEquals(BODY, response.text());
          assertEquals("text/x-app", response.header("Content-Type"));
          inTime.incrementAndGet();
        } else {
          assertEquals(504, response.status(), response::toString);
          assertTrue(!response.text().contains("xxx"), response::toString);
          assertTrue(!"text/x-app".equals(response.header("Content-Type")), response::toString);
          late.incrementAndGet();
        }
        if (response.announcesClose()) {
          client.close();
          client = RawClient.connect(port);
        }
      }
    } finally {
      client.close();
    }
  }
}
