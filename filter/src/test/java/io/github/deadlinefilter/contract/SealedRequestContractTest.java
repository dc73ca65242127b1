package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.CrossTalk.Outcome;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The attacks that succeed against a naive filter ({@link CrossTalkAttackTest}) fail against ours.
 */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class SealedRequestContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void lateWorker_attacksTheNextRequest_inVain() throws Exception {
    apart(CrossTalk.NEXT_REQUEST, setup.container().options());
  }

  @Test
  void lateWorkerInADownstreamFilter_movesNobodyElsesChain() throws Exception {
    apart(CrossTalk.SKIPPED_SECURITY, setup.container().options());
  }

  @Test
  void lateWorker_attacksTheNextRequest_inVain_whereObjectsAreReused() throws Exception {
    apart(CrossTalk.NEXT_REQUEST, setup.container().options().withFacadesReused());
  }

  private void apart(CrossTalk attack, Options options) throws Exception {
    Outcome outcome =
        attack.outcomeFor(
            setup.container(),
            options,
            () -> setup.filter().deadline(Duration.ofMillis(300)).build(),
            Map.of());
    assertEquals(503, outcome.alice().status(), outcome::toString);
    assertTrue(outcome.alice().complete(), outcome::toString);
    assertTrue(outcome.apart(), outcome::toString);
  }
}
