package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One request under a deadline, over its passes. */
class RequestRunTest {
  private final FilterChain chain = (request, response) -> {};
  private final RequestRun run = BareServlet.run(chain);

  /** The thread that has brought one dispatch back may run the chain of the next. */
  @Test
  void nextPass_onTheThreadOfTheOneBefore_isFenced() {
    run.outside();
    run.enterPass(chain, run.guardedRequest, run.guardedResponse, run.response);
    run.tryExpire(1 << RunState.NEW, /* presence= */ 0);
    assertThrows(
        DeadlineExceededException.class, () -> run.guardedRequest.getParameter("somebody's"));
  }

  /** No memory, say: a worker that never left would be stuck for ever, and its place lost. */
  @Test
  void failureBeforeTheChain_isTheRequests_andTheWorkerLeaves() throws Exception {
    var noMemory = new OutOfMemoryError("for the test");
    var quirks =
        new ContainerQuirks() {
          @Override
          Runnable bind(HttpServletRequest request) {
            throw noMemory;
          }
        };
    RequestRun failing = BareServlet.run(chain, quirks);
    assertNull(failing.runs().bulkheads().enter(failing));
    Thread worker = new Thread(failing);
    worker.start();
    worker.join();
    assertSame(noMemory, failing.failure());
    assertTrue(failing.isQuiet());
    RequestRun next = BareServlet.run(chain, quirks);
    assertNull(failing.runs().bulkheads().enter(next), "the only place is free");
  }

  /** It would interrupt whatever the thread does next. */
  @Test
  void scopeThatTheApplicationLeavesOpen_endsWithTheRequest() {
    List<DeadlineScope> left = new ArrayList<>();
    RequestRun leaving =
        BareServlet.run(
            (request, response) -> {
              left.add(Deadline.within(Duration.ofSeconds(1)));
              left.add(Deadline.within(Duration.ofSeconds(1)));
            });
    leaving.run();
    ManualClockwork clockwork = (ManualClockwork) leaving.deadline.clockwork();
    assertEquals(0, clockwork.alarms());
    clockwork.advance(Duration.ofSeconds(1));
    assertFalse(Thread.currentThread().isInterrupted());
    assertSame(Deadline.NONE, Deadline.current());
    left.forEach(scope -> assertFalse(scope.hasFired()));
  }
}
