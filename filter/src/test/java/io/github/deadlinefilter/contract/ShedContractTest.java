package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code shed=doomed}: what will not be done in time is not begun. */
@ParameterizedClass
@MethodSource("some")
class ShedContractTest {
  private static final int SAMPLES = 200;

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** It takes some hundred requests. */
  static List<Combination> some() {
    return Combination.kinds().stream()
        .filter(one -> one.worker().equals("pool") && one.container() != Containers.UNDERTOW)
        .toList();
  }

  @Test
  void typicallyTooSlow_isRefusedAtOnce_andFlowsAgainWhenItIsFast() throws Exception {
    AtomicBoolean slow = new AtomicBoolean(true);
    AtomicInteger reached = new AtomicInteger();
    var app =
        new Application()
            .filter("/*", setup.filter().route("/job = 20ms grace=2s shed=doomed").build())
            .servlet(
                "/job",
                (request, response) -> {
                  reached.incrementAndGet();
                  if (slow.get()) {
                    new Gate("the deadline").await();
                  }
                });
    try (TestContainer container = setup.start(app)) {
      // One that is late before its worker has begun is a sample, too.
      int expired = -1;
      Response response;
      do {
        expired++;
        response = ask(container);
        assertEquals(503, response.status(), response::toString);
      } while (!response.text().contains("reason doomed,"));
      assertTrue(expired >= SAMPLES, "doomed after " + expired);
      int before = reached.get();
      assertTrue(before <= expired, () -> "what is doomed has not begun: " + before);
      assertTrue(
          ContainerLog.message(FilterLog.starting(container, FilterLog.REFUSED).get(0))
              .contains(" reason=doomed "));
      slow.set(false);
      Gate.eventually(() -> ask(container).status() == 200, "one that is tried");
      Gate.eventually(
          () -> {
            for (int i = 0; i < 20; i++) {
              if (ask(container).text().contains("reason doomed,")) {
                return false;
              }
            }
            return true;
          },
          "all of them");
    }
  }

  private static Response ask(TestContainer container) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      Response response = client.get("/job").read();
      assertTrue(response.untilEnd().compareTo(Gate.SOON) < 0, response::toString);
      return response;
    }
  }
}
