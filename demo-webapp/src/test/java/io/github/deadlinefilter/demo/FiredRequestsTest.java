package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiredRequestsTest {
  private static final Pattern TIMEOUT = Pattern.compile("\"timeout\": ([0-9.]+),");

  private static final String PROBLEM =
      "{\"status\":503,\"detail\":\"...\",\"reason\":\"queue-full\",\"incident\":\"4xwa47wv7\"}";
  private static final String ERROR_PAGE =
      "{\"message\":\"Not in time. (reason queue-full, incident 4xwa47wv7)\"}";

  private final FiredRequests fired = new FiredRequests();

  @Test
  void requestOfTheFilter_isToldStepByStep() throws Exception {
    FiredRequest one = fire("filter", "db", 1).get(0);
    assertTold(
        one,
        "\"how\": \"filter\", \"slow\": \"db\", \"delay\": 3, \"timeout\": null,"
            + " \"path\": \"/db?delay=3\", \"asked\": #, \"answered\": null, \"status\": null,"
            + " \"completed\": null, \"reason\": null, \"incident\": null, \"error\": null,"
            + " \"began\": null, \"free\": null, \"backend\": null}");
    long before = System.currentTimeMillis() - one.asked();
    one.began("2.0");
    long after = System.currentTimeMillis() - one.asked();
    Matcher told = TIMEOUT.matcher(one.json("null"));
    assertTrue(told.find());
    double timeout = Double.parseDouble(told.group(1));
    assertTrue(
        timeout >= 2 + before / 1e3 && timeout <= 2 + after / 1e3,
        () -> "2 s from when it began, counted from when it was asked: " + timeout);
    assertTold(one, "\"began\": #, \"free\": null,");
    one.answered(503, PROBLEM);
    assertTold(one, "\"answered\": #, \"status\": 503,");
    assertFalse(one.isSettled());
    one.left();
    assertTold(one, "\"began\": #, \"free\": #,");
    assertTrue(one.isSettled());
  }

  @ParameterizedTest
  @CsvSource({
    "filter, null",
    "baseline, null",
    "thread, 1",
  })
  void timeout_isTheApproachs(String how, String timeout) throws Exception {
    assertTold(fire(how, "db", 1).get(0), "\"timeout\": " + timeout + ",");
  }

  @Test
  void reasonAndIncident_areFound_whoeverHasAnswered() throws Exception {
    for (String body : List.of(PROBLEM, ERROR_PAGE)) {
      FiredRequest one = fire("filter", "db", 1).get(0);
      one.answered(503, body);
      assertTold(one, "\"reason\": \"queue-full\", \"incident\": \"4xwa47wv7\", \"error\": null");
    }
  }

  @Test
  void whatAViewSays_isTaken_asItIsQuoted() throws Exception {
    FiredRequest one = fire("thread", "db", 1).get(0);
    one.answered(502, "{\"completed\": false, \"error\": \"a \\\"b\\\" \\u00e9 \\\\\"}\n");
    assertTold(one, "\"completed\": false,");
    assertTold(one, "\"error\": \"a \\\"b\\\" \\u00e9 \\\\\",");
  }

  @Test
  void noAnswer_isAnError() throws Exception {
    FiredRequest one = fire("thread", "db", 1).get(0);
    one.failed("java.io.IOException: \"cut\"");
    assertTold(one, "\"answered\": #, \"status\": null,");
    assertTold(one, "\"error\": \"java.io.IOException: \\\"cut\\\"\",");
    assertTrue(one.isSettled(), "it never had a thread");
  }

  @Test
  void workOnAnotherThread_isFree_whenThatIs_andNotWhenTheRequestLeaves() throws Exception {
    FiredRequest one = fire("thread", "db", 1).get(0);
    one.began(null);
    var calls = new AtomicInteger();
    Runnable whenFree = fired.whenFree(one.run(), calls::incrementAndGet);
    one.answered(200, "");
    one.left();
    assertTold(one, "\"free\": null,");
    whenFree.run();
    assertTold(one, "\"free\": #,");
    assertEquals(1, calls.get());
  }

  @Test
  void workOfNobodysRequest_isOnlyItsOwn() {
    Runnable own = () -> {};
    assertSame(own, fired.whenFree("run-000000000000", own));
    assertNull(fired.find("run-000000000000"));
  }

  @Test
  void tooManyAtWork_areRefused_untilSomeAreThrough() throws Exception {
    List<FiredRequest> hundred = fire("filter", "db", FiredRequests.MOST);
    var e = assertThrows(FiredRequests.TooMany.class, () -> fire("filter", "http", 1));
    assertEquals(
        "at most 100 requests may be at work at a time; 100 still are, and you ask for 1 more",
        e.getMessage());
    hundred.get(0).answered(503, "");
    assertEquals(1, fire("filter", "http", 1).size());
  }

  @Test
  void cpu_leavesProcessorsToOthers() throws Exception {
    int most = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    fire("filter", "cpu", most);
    assertThrows(FiredRequests.TooMany.class, () -> fire("filter", "cpu", 1));
    assertEquals(1, fire("filter", "http", 1).size());
  }

  @Test
  void moreThanAreKept_theOldestAreForgotten() throws Exception {
    for (int i = 0; i < FiredRequests.KEPT; i++) {
      fire("filter", "http", 1).get(0).answered(200, "");
    }
    FiredRequest newest = fire("filter", "http", 1).get(0);
    List<FiredRequest> kept = fired.since(0);
    assertEquals(FiredRequests.KEPT, kept.size());
    assertSame(newest, kept.get(kept.size() - 1));
    assertEquals(List.of(), fired.since(newest.asked() + 1));
  }

  private List<FiredRequest> fire(String how, String slow, int count) throws Exception {
    return fired.begin(new FireQuery(how, slow, Delay.of("3"), BigDecimal.ONE, count));
  }

  /** With # for any time. */
  private static void assertTold(FiredRequest one, String part) {
    String json = one.json("null");
    String pattern = Pattern.quote(part).replace("#", "\\E[0-9]{13}\\Q");
    assertTrue(Pattern.compile(pattern).matcher(json).find(), json);
  }
}
