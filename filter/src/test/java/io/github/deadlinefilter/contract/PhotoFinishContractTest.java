package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The deadline and the end of the chain at the same moment. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class PhotoFinishContractTest {
  private static final int CLIENTS = 4;

  /**
   * With four combinations or more, and two graces: 10,000 and more for each container. Half of
   * them in the round with the servlet API 6.1: what races there is the same code of the filter.
   */
  private static final int REQUESTS_OF_EACH =
      System.getProperty("contract.servlet", "6.0").equals("6.0") ? 400 : 200;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void deadlineAsTheChainFinishes_isOneWhole200OrOneWhole503() throws Exception {
    for (String grace : List.of("0ms", "1ms")) {
      race(grace);
    }
  }

  private void race(String grace) throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(2)).set("grace", grace).build())
            .servlet(
                "/race",
                (request, response) -> {
                  long nanos = Long.parseLong(request.getQueryString());
                  long start = System.nanoTime();
                  response.getOutputStream().print("whole ");
                  while (System.nanoTime() - start < nanos) {
                    Thread.onSpinWait();
                  }
                  response.getOutputStream().print(request.getQueryString());
                });
    if (setup.wire() == Wire.H2C && setup.container() == Containers.jetty()) {
      // One in thousands of Jetty's own pages ends in a reset: it sends them without waiting, and
      // fails where the connection is busy, with this filter or without it.
      app.servlet("/late", (request, response) -> response.getOutputStream().print("late"))
          .errorPage(503, "/late");
    }
    AtomicInteger whole = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (TestContainer container = setup.start(app)) {
      List<Future<?>> all = new ArrayList<>();
      for (int c = 0; c < CLIENTS; c++) {
        int first = c;
        all.add(
            clients.submit(
                () -> {
                  requests(container, first, whole, late);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    } finally {
      clients.shutdownNow();
    }
    assertTrue(whole.get() > 0 && late.get() > 0, "both happened: " + whole + ", " + late);
  }

  private static void requests(
      TestContainer container, int first, AtomicInteger whole, AtomicInteger late)
      throws Exception {
    RawClient client = RawClient.connect(container);
    try {
      for (int i = 0; i < REQUESTS_OF_EACH; i++) {
        long nanos = 300_000 + ((i * 7L + first) % 48) * 40_000;
        Response response = client.get("/race?" + nanos).read();
        boolean ok = response.status() == 200 && response.text().equals("whole " + nanos);
        boolean expired = response.status() == 503 && !response.text().contains("whole");
        assertTrue(response.complete() && (ok || expired), response::toString);
        (ok ? whole : late).incrementAndGet();
        if (response.announcesClose()) {
          client.closedAfter(); // fails if a byte follows
          client.close();
          client = RawClient.connect(container);
        }
      }
    } finally {
      client.close();
    }
  }
}
