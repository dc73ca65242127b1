package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From when on a worker counts that is still inside. */
class StuckWorkersTest {
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final ManualTicker ticker = new ManualTicker();
  private final StuckWorkers stuck = new StuckWorkers(1);

  private RequestRun add(RequestRun run) {
    run.report(ExpiryReport.of(run, "running", /* ran= */ true, List.of()));
    stuck.add(run);
    return run;
  }

  @Test
  void lateForItsRoute_countsAtOnce() {
    RequestRun run = add(BareServlet.run((request, response) -> {}, ticker));
    assertTrue(stuck.isFull(run.bulkhead));
    ticker.advance(MOMENT);
    assertEquals(1, stuck.countOlderThan(0));
    stuck.remove(run);
    assertFalse(stuck.isFull(run.bulkhead));
    assertEquals(0, run.bulkhead.stuck());
  }

  @Test
  void refusedForIt_mayComeAgain_whenAsManyAreExpectedToHaveLeft() {
    RequestRun run = add(BareServlet.run((request, response) -> {}, ticker));
    ticker.advance(Duration.ofSeconds(30));
    assertEquals(30, stuck.retryAfterSeconds(run.bulkhead), "as long again as it has been there");
    stuck.remove(run);
    assertEquals(1, stuck.retryAfterSeconds(run.bulkhead), "one has just left");
  }

  /** For want of memory: else a thread that was lent would be lost, and the route stay open. */
  @Test
  void listenerFails_itCountsAllTheSame_andAllHearThatItHasLeft() {
    RequestRun run = BareServlet.run((request, response) -> {}, ticker);
    List<RequestRun> left = new ArrayList<>();
    stuck.listen(
        new StuckWorkers.Listener() {
          @Override
          public void left(RequestRun run) {
            left.add(run);
          }
        });
    stuck.listen(
        new StuckWorkers.Listener() {
          @Override
          public void stuck(RequestRun run) {
            throw new OutOfMemoryError("on purpose");
          }
        });
    assertThrows(OutOfMemoryError.class, () -> add(run));
    assertTrue(stuck.isFull(run.bulkhead));
    stuck.remove(run);
    assertEquals(List.of(run), left);
    assertEquals(0, run.bulkhead.stuck());

    RequestRun leaves = BareServlet.run((request, response) -> {}, ticker);
    leaves.know(RequestRun.LEFT_LATE);
    assertThrows(OutOfMemoryError.class, () -> add(leaves));
    assertEquals(0, stuck.count(), "it has left meanwhile");
  }

  @Test
  void lateForItsClientAlone_countsFromTheRoutesDeadlineOn() {
    RequestRun run = BareServlet.asked(MOMENT, ticker); // of an hour
    ticker.advance(MOMENT);
    add(run);
    assertFalse(stuck.isFull(run.bulkhead));
    assertEquals(1, stuck.count(), "it is there to be seen");
    ticker.advance(Duration.ofHours(1).minus(MOMENT.multipliedBy(2)));
    assertFalse(stuck.isFull(run.bulkhead));
    assertEquals(0, stuck.countOlderThan(0));

    ticker.advance(MOMENT);
    assertTrue(stuck.isFull(run.bulkhead));
    ticker.advance(MOMENT);
    assertEquals(1, stuck.countOlderThan(0));
    assertEquals(0, stuck.countOlderThan(MOMENT.toNanos()));
    stuck.remove(run);
    assertFalse(stuck.isFull(run.bulkhead));
    assertEquals(0, run.bulkhead.stuck());
  }

  @Test
  void lateForItsClientAlone_leavesBefore_hasNeverCounted() {
    RequestRun run = BareServlet.asked(MOMENT, ticker);
    ticker.advance(MOMENT);
    add(run);
    stuck.remove(run);
    ticker.advance(Duration.ofHours(1));
    assertFalse(stuck.isFull(run.bulkhead));
    assertEquals(0, run.bulkhead.stuck());
    assertEquals(0, stuck.count());
  }

  @Test
  void endedByAnOperator_countsAtOnce_whateverItsClientHasAskedFor() {
    RequestRun run = BareServlet.asked(MOMENT, ticker);
    run.reason(Reason.CANCELLED);
    add(run);
    assertTrue(stuck.isFull(run.bulkhead));
  }
}
