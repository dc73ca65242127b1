package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** An expired request that cannot be answered, for a reason that nobody has thought of. */
class UnforeseenFailureTest {
  private final Gate begun = new Gate("the worker is inside");
  private final Gate cut = new Gate("the client is cut off");

  /** Of a container that can cut a client off, and says so. */
  private class Cutting extends ContainerQuirks {
    @Override
    boolean abort(
        HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
      cut.open();
      return true;
    }
  }

  private final ContainerQuirks quirks =
      new Cutting() {
        @Override
        boolean isOnWire(HttpServletResponse response) {
          throw new UnsupportedOperationException("unforeseen");
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

  /** It would wait for ever, and the container's thread with it. */
  @Test
  void stoppingFails_theWorkerIsToldAllTheSame() throws Exception {
    RequestRun waits =
        BareServlet.run(
            (request, response) -> {
              begun.open();
              awaitForEver();
            },
            new ContainerQuirks() {
              @Override
              Runnable outliveConnection(HttpServletRequest request, HttpServletResponse response) {
                throw new UnsupportedOperationException("unforeseen");
              }
            });
    Thread worker = new Thread(waits);
    worker.start();
    begun.await();
    waits.deadline.expireNow(Reason.EXPIRED);
    assertThrows(UnsupportedOperationException.class, () -> waits.runs().expiry().here(waits));
    worker.join();
    Throwable failure = Objects.requireNonNull(waits.failure());
    assertInstanceOf(InterruptedException.class, failure.getCause(), failure::toString);
  }

  private static void awaitForEver() throws IOException {
    try {
      new Gate("never").await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
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

  /** The application has made it asynchronous: the container would keep it for ever. */
  @Test
  void asynchronousOfTheApplication_isCompleted() throws Exception {
    AtomicInteger completed = new AtomicInteger();
    AtomicReference<RequestRun> asked = new AtomicReference<>();
    AsyncContext context =
        BareServlet.answering(
            AsyncContext.class,
            Map.of(
                "complete",
                () -> {
                  assertTrue(
                      Objects.requireNonNull(asked.get()).isReleased(),
                      "or its listener would wait for that");
                  return completed.incrementAndGet();
                }));
    RequestRun open =
        BareServlet.run(
            (request, response) -> {
              ((GuardedRequest) request).run.asyncStarted();
              begun.open();
              cut.awaitDeaf();
            },
            quirks,
            BareServlet.answering(
                HttpServletRequest.class,
                Map.of("isAsyncStarted", () -> true, "getAsyncContext", () -> context)));
    asked.set(open);
    Thread worker = new Thread(open);
    worker.start();
    begun.await();
    open.deadline.expireNow(Reason.EXPIRED);
    assertThrows(UnsupportedOperationException.class, () -> open.runs().expiry().here(open));
    worker.join();
    assertEquals(1, completed.get());
  }

  /** As a handler of java.util.logging may, whose disk is full. */
  @Test
  void logFails_whenTheClientHasItsAnswer_thatIsToldOnce_andNobodyIsCutOff() throws Exception {
    RequestRun async =
        BareServlet.run(
            (request, response) -> ((GuardedRequest) request).run.asyncStarted(), new Cutting());
    async.run();
    async.deadline.expireNow(Reason.EXPIRED);
    RequestRun waited = BareServlet.run((request, response) -> {}, new ContainerQuirks());
    waited.deadline.expireNow(Reason.EXPIRED);
    Logger log = Logger.getLogger("io.github.deadlinefilter");
    Handler full = new Full();
    log.addHandler(full);
    try {
      async.runs().expiry().later(async, async.pass());
      assertTrue(waited.runs().expiry().here(waited), "and its container thread goes on");
    } finally {
      log.removeHandler(full);
    }
    assertFalse(cut.isOpen());
    assertTold("direct", async);
    assertTold("clean", waited);
  }

  private static void assertTold(String answer, RequestRun run) {
    assertTrue(run.isReleased(), run::toString);
    List<RecentIncidents.Entry> incidents = run.runs().expiry().news().recent().incidents().list();
    assertEquals(1, incidents.size());
    assertEquals(answer, incidents.get(0).answer());
    assertEquals(1, run.bulkhead.history().lastHour().expired());
  }

  private static final class Full extends Handler {
    private final RuntimeException failure = new IllegalStateException("on purpose, each time");

    @Override
    public void publish(LogRecord line) {
      throw failure;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** As on Tomcat, if the connection ends just then: its objects may be another user's by now. */
  @Test
  void answerFailsOnceItIsWritten_nobodyTriesAgain_orCuts() {
    AtomicInteger closed = new AtomicInteger();
    RequestRun async =
        BareServlet.run(
            (request, response) -> ((GuardedRequest) request).run.asyncStarted(),
            new Cutting() {
              @Override
              void close(HttpServletResponse response, ServletOutputStream output) {
                closed.incrementAndGet();
                throw new NullPointerException("on purpose");
              }
            });
    async.run();
    async.deadline.expireNow(Reason.EXPIRED);
    async.runs().expiry().later(async, async.pass());
    assertEquals(1, closed.get());
    assertFalse(cut.isOpen());
    assertTrue(async.isReleased(), async::toString);
  }

  /**
   * On a container of which nothing is known, in the {@code container} kind. If the thread returned
   * as from any other request its container would end the half of a response as if it were whole.
   */
  @Test
  void begunAndCannotBeCut_isCutWhenTheWorkerLeaves() {
    RequestRun half =
        BareServlet.run(
            (request, response) -> {
              RequestRun self = ((GuardedRequest) request).run;
              self.deadline.expireNow(Reason.EXPIRED);
              self.runs().expiry().later(self, self.pass());
            },
            new ContainerQuirks() {
              @Override
              boolean needsContainerThread() {
                return true;
              }

              @Override
              boolean isOnWire(HttpServletResponse response) {
                return true;
              }
            });
    half.run();
    assertThrows(IOException.class, () -> half.runs().expiry().leaveExpired(half));
    Recent recent = half.runs().expiry().news().recent();
    assertEquals("cut_late", recent.incidents().list().get(0).answer());
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
