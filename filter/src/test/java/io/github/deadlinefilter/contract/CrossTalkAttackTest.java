package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.CrossTalk.Glimpse;
import io.github.deadlinefilter.contract.CrossTalk.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The attacks succeed against the filter that the web recommends. That they fail against ours would
 * mean nothing otherwise.
 */
class CrossTalkAttackTest {
  private static final Duration TIMEOUT = Duration.ofMillis(200);

  @Test
  void jetty_lateWorker_readsTheNextRequest_andWritesIntoItsResponse() throws Exception {
    readsAndWrites(
        CrossTalk.NEXT_REQUEST.outcomeFor(Containers.JETTY_EE10, CrossTalkAttackTest::naive));
  }

  @Test
  void jetty_lateWorkerInAFilter_servesTheNextRequestOnceMore() throws Exception {
    Outcome outcome =
        CrossTalk.SKIPPED_SECURITY.outcomeFor(Containers.JETTY_EE10, CrossTalkAttackTest::naive);
    assertTrue(outcome.bobWasTouched(), outcome::toString);
    assertEquals("hello bobhello bob", outcome.bob().text(), outcome::toString);
  }

  @Test
  void tomcat_lateWorkerInAFilter_leadsTheNextRequestPastItsSecurityFilter() throws Exception {
    Outcome outcome =
        CrossTalk.SKIPPED_SECURITY.outcomeFor(Containers.TOMCAT, CrossTalkAttackTest::naive);
    assertEquals(503, outcome.alice().status(), outcome::toString);
    assertTrue(outcome.securityWasSkipped(), outcome::toString);
    assertEquals("hello bob", outcome.bob().text(), outcome::toString);
    assertFalse(outcome.sameConnection(), "Tomcat closes after a 503: Bob is on another one");
  }

  @Test
  void tomcat_lateWorker_meetsRecycledFacades() throws Exception {
    Outcome outcome =
        CrossTalk.NEXT_REQUEST.outcomeFor(Containers.TOMCAT, CrossTalkAttackTest::naive);
    assertTrue(outcome.apart(), outcome::toString);
    assertTrue(
        outcome.glimpses().stream().allMatch(glimpse -> glimpse.failure() != null),
        outcome::toString);
  }

  @Test
  void tomcatReusingFacades_lateWorker_readsAndWrites_onAnotherConnection() throws Exception {
    Outcome outcome =
        CrossTalk.NEXT_REQUEST.outcomeFor(
            Containers.TOMCAT,
            Containers.TOMCAT.options().withFacadesReused(),
            CrossTalkAttackTest::naive,
            Map.of());
    readsAndWrites(outcome);
    assertFalse(outcome.sameConnection());
  }

  private static void readsAndWrites(Outcome outcome) {
    assertEquals(503, outcome.alice().status(), outcome::toString);
    assertEquals(
        List.of("/bob/account", "bob", "bob", "bob's account", "body of bob"),
        outcome.glimpses().stream().filter(Glimpse::ofBob).map(Glimpse::value).toList(),
        outcome::toString);
    assertTrue(outcome.attackerSawBob());
    assertTrue(outcome.bobWasTouched(), outcome::toString);
    assertEquals("token-of-alice", outcome.bob().header("X-Zombie"), outcome::toString);
    assertTrue(
        outcome.bob().headers("Set-Cookie").contains("SID=session-of-alice"), outcome::toString);
    assertEquals("SECRET-OF-ALICE;hello bob", outcome.bob().text(), outcome::toString);
  }

  private static NaiveTimeoutFilter naive() {
    return new NaiveTimeoutFilter(TIMEOUT);
  }
}
