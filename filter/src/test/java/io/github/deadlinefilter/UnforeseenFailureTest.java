package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** An expired request that cannot be answered, for a reason that nobody has thought of. */
class UnforeseenFailureTest {
  private final Gate begun = new Gate("the worker is inside");
  private final Gate cut = new Gate("the client is cut off");

  private final ContainerQuirks quirks =
      new ContainerQuirks() {
        @Override
        boolean isOnWire(HttpServletResponse response) {
          throw new UnsupportedOperationException("unforeseen");
        }

        @Override
        boolean abort(
            HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
          cut.open();
          return true;
        }
      };

  private final RequestRun run =
      BareServlet.run(
          (request, response) -> {
            begun.open();
            cut.awaitDeaf();
          },
          quirks);

  @Test
  void clientIsCutOff_andTheContainerGoesOn_whenTheWorkerHasLeft() throws Exception {
    Thread worker = new Thread(run);
    worker.start();
    begun.await();
    run.deadline.expireNow(Reason.EXPIRED);
    Throwable thrown =
        assertThrows(UnsupportedOperationException.class, () -> run.runs().expiry().here(run));
    assertEquals("unforeseen", thrown.getMessage());
    assertTrue(cut.isOpen(), "the worker left because its wait had an end");
    assertTrue(run.isQuiet());
    worker.join();
    assertIsOnTheBoard(run.runs().expiry().news().recent());
    assertEquals(1, run.bulkhead.history().lastHour().expired());
  }

  /** By the timer's side, which completes the request: what was written would be a whole answer. */
  @Test
  void asynchronous_clientIsCutOff_andTheRequestIsOver() {
    RequestRun async =
        BareServlet.run(
            (request, response) -> ((GuardedRequest) request).run.asyncStarted(), quirks);
    async.run();
    async.deadline.expireNow(Reason.EXPIRED);
    async.runs().expiry().later(async, async.pass());
    assertTrue(cut.isOpen());
    assertTrue(async.isReleased(), async::toString);
    Recent recent = async.runs().expiry().news().recent();
    assertEquals("aborted", recent.incidents().list().get(0).answer());
  }

  /** As an incident whose worker has left, and in the count of the hour. */
  private void assertIsOnTheBoard(Recent recent) {
    Timeline timeline = recent.timeline();
    long[] expired = timeline.upTo(timeline.step(), Timeline.Outcome.EXPIRED);
    assertEquals(1, Arrays.stream(expired).sum());
    List<RecentIncidents.Entry> incidents = recent.incidents().list();
    assertEquals(1, incidents.size(), incidents::toString);
    assertEquals(run.incident(), incidents.get(0).incident());
    assertEquals("aborted", incidents.get(0).answer());
    assertEquals(RecentIncidents.Entry.LEFT_LATE, incidents.get(0).worker());
  }
}
