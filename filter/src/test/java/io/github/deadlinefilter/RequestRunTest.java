package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One request under a deadline, over its passes. */
class RequestRunTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final List<String> told = new ArrayList<>();
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

  /** A run that has ended in time, of which {@code chain} was the application. */
  private static RequestRun ended(FilterChain chain) throws Exception {
    RequestRun ended = BareServlet.run(chain);
    ended.run();
    ended.finishPass();
    return ended;
  }

  private static ManualClockwork clockwork(RequestRun run) {
    return (ManualClockwork) run.deadline.clockwork();
  }

  @Test
  void registeredAndEndedInTime_isToldAtTheDeadlineAllTheSame() throws Exception {
    RequestRun ended =
        ended((request, response) -> Deadline.current().onExpire(() -> told.add("told")));
    clockwork(ended).advance(HOUR.minusNanos(1));
    assertEquals(List.of(), told);
    assertTrue(ended.deadline.extend(Duration.ofMinutes(1)));
    clockwork(ended).advance(Duration.ofNanos(1));
    assertEquals(List.of(), told, "it has been extended");
    clockwork(ended).advance(Duration.ofMinutes(1));
    assertEquals(List.of("told"), told);
    assertEquals(0, clockwork(ended).alarms());
  }

  /** By an operator, who does not wait for somebody's debugger. */
  @Test
  void cancelledAsItEndedInTime_whatItHasLeftIsTold_alsoUnderADebugger() throws Exception {
    RequestRun ended =
        ended(
            (request, response) -> {
              RequestDeadline deadline = ((GuardedRequest) request).run.deadline;
              deadline.onExpire(() -> told.add("told"));
              deadline.suspend();
              ((GuardedRequest) request).run.reason(Reason.CANCELLED);
              deadline.expireNow(Reason.CANCELLED);
            });
    clockwork(ended).advance(Duration.ZERO);
    assertEquals(List.of("told"), told);
    assertEquals(0, clockwork(ended).alarms());
  }

  @Test
  @SuppressWarnings("try")
  void registeredAfterTheEnd_isToldAtTheDeadlineThatThereIsThen() throws Exception {
    RequestRun ended = ended(chain);
    assertEquals(0, clockwork(ended).alarms(), "a request without any costs nothing");
    try (var registration = ended.deadline.onExpire(() -> told.add("told"))) {
      assertTrue(ended.deadline.shorten(Duration.ofSeconds(1)));
      clockwork(ended).advance(Duration.ofSeconds(1));
      assertEquals(List.of("told"), told);
    }
  }

  /** A task may end long before the deadline, and nothing of its request is kept until then. */
  @Test
  void lastRegistrationIsClosedAfterTheEnd_nothingIsWatchedAnyMore() throws Exception {
    List<Deadline.Registration> left = new ArrayList<>();
    RequestRun ended =
        ended(
            (request, response) -> {
              left.add(Deadline.current().onExpire(() -> told.add("a")));
              left.add(Deadline.current().onExpire(() -> told.add("b")));
            });
    left.get(0).close();
    assertEquals(1, clockwork(ended).alarms());
    left.get(1).close();
    assertEquals(0, clockwork(ended).alarms());
    clockwork(ended).advance(HOUR);
    ended.runs().stop(/* nanos= */ 0);
    assertEquals(List.of(), told);
  }

  /** It may come every second, for as long as the application is deployed. */
  @Test
  void registeredWithoutAnEnd_andNeverClosed_isNotKept() throws Exception {
    List<WeakReference<RequestRun>> left = new ArrayList<>();
    Runs runs = endless(left);
    Gate.eventually(
        () -> {
          System.gc();
          return left.get(0).get() == null;
        },
        "nobody holds it");
    runs.stop(/* nanos= */ 0);
    assertEquals(List.of(), told);
  }

  private Runs endless(List<WeakReference<RequestRun>> left) throws Exception {
    RequestRun ended =
        ended(
            (request, response) -> {
              Deadline.current().onExpire(() -> told.add("told"));
              Deadline.current().lift();
            });
    left.add(new WeakReference<>(ended));
    return ended.runs();
  }

  @Test
  void registeredAndEndedInTime_filterStops_isToldThen() throws Exception {
    RequestRun ended =
        ended(
            (request, response) -> {
              Deadline.current().onExpire(() -> told.add("told"));
              Deadline.current().lift();
            });
    ended.runs().stop(/* nanos= */ 0);
    assertEquals(List.of("told"), told);
    assertEquals(Deadline.Cause.SHUTDOWN, ended.deadline.cause());
    RequestRun another = ended(chain);
    another.runs().stop(/* nanos= */ 0);
    another.deadline.onExpire(() -> told.add("after it"));
    assertEquals(List.of("told", "after it"), told);
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
