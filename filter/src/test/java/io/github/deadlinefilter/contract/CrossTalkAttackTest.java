package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.CrossTalk.Glimpse;
import io.github.deadlinefilter.contract.CrossTalk.Outcome;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The attacks succeed against the filter that the web recommends. That they fail against ours would
 * mean nothing otherwise.
 */
class CrossTalkAttackTest {
  private static final Duration TIMEOUT = Duration.ofMillis(200);

  @Test
  void jetty_lateWorker_readsTheNextRequest_andWritesIntoItsResponse() throws Exception {
    Outcome outcome =
        CrossTalk.NEXT_REQUEST.outcomeFor(Containers.jetty(), CrossTalkAttackTest::naive);
    readsAndWrites(outcome);
    assertTrue(outcome.sameConnection());
  }

  @Test
  void jetty_lateWorkerInAFilter_servesTheNextRequestOnceMore() throws Exception {
    Outcome outcome =
        CrossTalk.SKIPPED_SECURITY.outcomeFor(Containers.jetty(), CrossTalkAttackTest::naive);
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

  /** Undertow makes its objects anew for each request: there is nothing of them to attack. */
  static List<Containers> withObjectsToAttack() {
    return Containers.ALL.stream().filter(kind -> kind != Containers.UNDERTOW).toList();
  }

  /** The attacks can fail: a guard that keeps the container from recycling is enough for that. */
  @ParameterizedTest
  @MethodSource("withObjectsToAttack")
  void everyAttack_failsAgainstAGuardThatParks(Containers kind) throws Exception {
    for (CrossTalk attack : CrossTalk.values()) {
      Outcome outcome = attack.outcomeFor(kind, Parking::new);
      assertEquals(503, outcome.alice().status(), outcome::toString);
      assertTrue(outcome.alice().complete(), outcome::toString);
      assertTrue(outcome.apart(), outcome::toString);
      assertEquals(attack == CrossTalk.NEXT_REQUEST ? 8 : 1, outcome.glimpses().size());
    }
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

  /** Just enough to stay apart: a whole 503, and async until the worker has left. */
  private static final class Parking implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      var left = new CompletableFuture<@Nullable Void>();
      var worker =
          new Thread(
              () -> {
                try {
                  chain.doFilter(request, response);
                } catch (Exception expected) {
                  // The chain that the worker goes on with has been released.
                } finally {
                  left.complete(null);
                }
              });
      worker.setDaemon(true);
      worker.start();
      try {
        left.get(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException late) {
        ((HttpServletResponse) response).setStatus(503);
        ((HttpServletResponse) response).setHeader("Connection", "close");
        response.setContentLength(0);
        response.flushBuffer();
        AsyncContext parked = request.startAsync();
        parked.setTimeout(0);
        CompletableFuture<Void> unused = left.thenRun(parked::complete);
      } catch (InterruptedException | ExecutionException failed) {
        throw new ServletException(failed);
      }
    }
  }
}
