package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import io.github.deadlinefilter.contract.CrossTalk.Outcome;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The attacks that succeed against a naive filter in {@link CrossTalkAttackTest} fail here. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class CrossTalkContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private DeadlineFilter guard() {
    return setup.filter().deadline(Duration.ofMillis(200)).build();
  }

  @Test
  void lateWorker_neitherReadsNorWritesTheNextRequest() throws Exception {
    isApart(CrossTalk.NEXT_REQUEST.outcomeFor(setup.container(), this::guard), 8);
  }

  @Test
  void lateWorkerInAFilter_doesNotMoveTheNextRequestsChain() throws Exception {
    isApart(CrossTalk.SKIPPED_SECURITY.outcomeFor(setup.container(), this::guard), 1);
  }

  /** Jetty always reuses them; Tomcat does where it is told to. */
  @Test
  void lateWorker_staysApart_whereTheContainerReusesItsFacades() throws Exception {
    for (CrossTalk attack : CrossTalk.values()) {
      Outcome outcome =
          attack.outcomeFor(
              setup.container(), setup.options().withFacadesReused(), this::guard, Map.of());
      isApart(outcome, attack == CrossTalk.NEXT_REQUEST ? 8 : 1);
    }
  }

  private static void isApart(Outcome outcome, int attempts) {
    assertEquals(503, outcome.alice().status(), outcome::toString);
    assertTrue(outcome.alice().complete(), outcome::toString);
    assertTrue(outcome.apart(), outcome::toString);
    assertEquals(attempts, outcome.glimpses().size(), outcome::toString);
  }
}
