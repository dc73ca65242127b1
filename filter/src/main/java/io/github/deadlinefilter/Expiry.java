package io.github.deadlinefilter;

import static io.github.deadlinefilter.RunState.ASYNC;
import static io.github.deadlinefilter.RunState.CALL;
import static io.github.deadlinefilter.RunState.CLOSING;
import static io.github.deadlinefilter.RunState.DISPATCHED;
import static io.github.deadlinefilter.RunState.EXPIRED;
import static io.github.deadlinefilter.RunState.NEW;
import static io.github.deadlinefilter.RunState.OVER;
import static io.github.deadlinefilter.RunState.RUNNING;

import io.github.deadlinefilter.ExpiryReport.Answer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happens at a deadline.
 *
 * <ol>
 *   <li>Decide: the state word says that the clock has won, and the fence is closed.
 *   <li>Let a write that is in progress end. One that does not is blocked on its client: cut it.
 *   <li>Cancel: start the registered cancellations, interrupt the worker.
 *   <li>Wait for the worker as long as the grace.
 *   <li>It left: the container thread answers with {@code sendError}, and returns.
 *   <li>It did not: answer past it, whole and closed; then keep the container's objects for it,
 *       parked in asynchronous mode, or held by the container thread where that is impossible.
 *   <li>If the head of the response has left: cut it instead of answering.
 * </ol>
 *
 * <p>The container thread never returns to its container while anybody is inside, unless the run is
 * parked; and never makes a {@code sendError} in a request that is asynchronous.
 */
final class Expiry {
  /** How long a write may take to end before it counts as blocked on its client. */
  private static final long WRITE_ENDS = TimeUnit.MILLISECONDS.toNanos(20);

  /** How long a blocked write may take to notice that its connection is closed. */
  private static final long CUT_WRITE_ENDS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ContainerQuirks quirks;
  private final DirectAnswer directAnswer;

  /**
   * Phases in which the timer's side may decide; the others belong to a waiting container thread.
   */
  private final int timersPhases;

  private volatile boolean saidNotAsync;

  Expiry(ContainerQuirks quirks, @Nullable String errorPage, WorkerKind worker) {
    this.quirks = quirks;
    this.directAnswer = new DirectAnswer(quirks, errorPage);
    this.timersPhases =
        worker == WorkerKind.CONTAINER ? 1 << RUNNING | 1 << ASYNC | 1 << CLOSING : 1 << ASYNC;
  }

  /** For error pages and logs. */
  static String message(ExpiryReport report) {
    return report.reason().detail()
        + " (reason "
        + report.reason().code()
        + ", incident "
        + report.incident()
        + ")";
  }

  // ---- on the container thread, which waits for a worker

  /**
   * The deadline passed while this container thread waited. When this returns true the request is
   * answered, and the thread has to return to its container.
   *
   * @return false if the chain won after all
   * @throws IOException if the response had begun and the worker has left it unfinished
   */
  boolean here(RequestRun run) throws IOException, ServletException {
    if (run.isUntilCommit() && quirks.isOnWire(run.response)) {
      run.deadline.lift();
      return false;
    }
    int phase = run.tryExpire(1 << NEW | 1 << RUNNING | 1 << DISPATCHED | 1 << CLOSING, 0);
    if (phase < 0) {
      return false;
    }
    if (phase == NEW && run.reason() == Reason.EXPIRED) {
      run.reason(Reason.EXPIRED_IN_QUEUE);
    }
    boolean cut = stop(run, phase, /* presence= */ 0);
    // Without a grace the answer of running work is always the direct one: not the one or the
    // other, as a worker happens to be fast.
    boolean clean = phase != RUNNING || run.route.graceNanos() > 0;
    if (clean && !run.request.isAsyncStarted() && run.tryAnswerClean()) {
      answerClean(run);
      return true;
    }
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    boolean parked;
    if (quirks.mustEndInputBeforePark(run.request) && run.isReading()) {
      answerDirect(run, cut, /* presence= */ 0);
      quirks.endInput(run.request);
      parked = park(run);
    } else {
      parked = !run.isWriting() && park(run);
      answerDirect(run, cut, /* presence= */ 0);
    }
    run.parked();
    if (run.tryOver()) {
      over(run);
    } else if (!parked) {
      run.await(() -> run.phase() == OVER, Long.MAX_VALUE);
    }
    return true;
  }

  /** Refuses a run that has not begun, or not begun again. On its container thread. */
  void refuse(RequestRun run, Reason reason) throws IOException, ServletException {
    run.reason(reason);
    run.deadline.expireNow();
    here(run);
  }

  // ---- in the `container` kind: the timer's side answers, or the container thread when it leaves

  /** The container thread has left an expired chain: answers, or waits until that is done. */
  void leaveExpired(RequestRun run) throws IOException {
    HttpServletRequest request = run.request;
    run.await(
        () -> run.phase() == OVER || (run.phase() == EXPIRED && run.isQuiet()), Long.MAX_VALUE);
    if (run.tryAnswerClean()) {
      answerClean(run);
      return;
    }
    run.await(() -> run.phase() == OVER, Long.MAX_VALUE);
    if (request.isAsyncStarted()) {
      if (run.isAsyncOpen()) {
        complete(request.getAsyncContext());
      }
    } else if (run.wasCut()) {
      throw cutOff();
    }
  }

  /**
   * The deadline of a run that no container thread waits for. On the filter's own threads, not the
   * timer's: writing may block.
   */
  void later(RequestRun run, int pass) {
    if (run.pass() != pass) {
      return; // an alarm of an earlier pass
    }
    if (run.isUntilCommit() && quirks.isOnWire(run.response)) {
      run.deadline.lift();
      return;
    }
    int phase = run.tryExpire(timersPhases, CALL);
    if (phase < 0) {
      return;
    }
    boolean direct = true;
    boolean cut = false;
    try {
      cut = stop(run, phase, CALL);
      // sendError is not for asynchronous requests, so those are answered here in any case.
      direct = phase == ASYNC || run.request.isAsyncStarted() || run.route.graceNanos() == 0;
    } finally {
      if (run.tryAnswerDirect(CALL, direct)) {
        answerFromHere(run, phase, cut);
      }
    }
  }

  private void answerFromHere(RequestRun run, int phase, boolean cut) {
    try {
      answerDirect(run, cut, CALL);
    } finally {
      GuardedAsyncContext context = run.async.context();
      if (phase == ASYNC && context != null) {
        run.parkedContext(context.real());
      }
      run.parked();
      run.exit(CALL);
    }
  }

  // ---- the steps

  /**
   * Tells everybody to stop and waits as long as the grace. Returns whether the response was cut,
   * which a blocked writer needs before anything else.
   */
  private boolean stop(RequestRun run, int phase, long presence) {
    OnExpiry how = run.route.onExpiry();
    run.report(ExpiryReport.of(run, name(phase), run.interrupts.stack()));
    run.await(() -> !run.isWriting(), WRITE_ENDS);
    boolean blocked = run.isWriting();
    boolean cut = blocked && quirks.isOnWire(run.response) && cut(run);
    if (how != OnExpiry.ABANDON) {
      run.deadline.cancelAll();
    }
    if (how == OnExpiry.INTERRUPT) {
      run.interrupts.interrupt();
    }
    if (blocked) {
      run.await(() -> !run.isWriting(), CUT_WRITE_ENDS);
    } else if (how != OnExpiry.ABANDON) {
      run.await(() -> run.isAlone(presence), run.route.graceNanos());
    }
    return cut;
  }

  private static String name(int phase) {
    return switch (phase) {
      case NEW, DISPATCHED -> "queued";
      case ASYNC -> "async";
      default -> "running";
    };
  }

  private boolean cut(RequestRun run) {
    boolean cut = quirks.abort(run.request, run.response);
    run.cut();
    return cut;
  }

  private static IOException cutOff() {
    return new IOException("The deadline passed after the response had begun");
  }

  /** Nobody is inside: the container's own error handling, as for any other error. */
  private void answerClean(RequestRun run) throws IOException {
    HttpServletResponse outer = run.outerResponse();
    HttpServletResponse response = run.response;
    run.runs().finished(run);
    ExpiryReport report = run.reported();
    if (quirks.isOnWire(response)) {
      boolean cut = run.wasCut() || cut(run);
      report.answered(cut ? Answer.ABORTED : Answer.CUT_LATE, /* left= */ true, run.failure());
      throw cutOff();
    }
    HeaderSnapshot headers = run.head.before();
    quirks.makeWritable(response);
    outer.reset();
    quirks.afterReset(response);
    headers.restore(response);
    DirectAnswer.setHeaders(run, response);
    outer.sendError(run.route.status(), message(report));
    report.answered(Answer.CLEAN, /* left= */ true, run.failure());
  }

  /** Somebody is inside, or the request is asynchronous. */
  private void answerDirect(RequestRun run, boolean cut, long presence) {
    Answer answer;
    boolean left = run.isAlone(presence);
    if (cut) {
      answer = Answer.ABORTED;
    } else if (quirks.isOnWire(run.response)) {
      answer = cut(run) ? Answer.ABORTED : Answer.CUT_LATE;
    } else {
      answer = Answer.DIRECT;
      try {
        directAnswer.write(run, run.reported());
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "The client has gone before it was answered", e);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "Answering an expired request failed", e);
      }
    }
    run.reported().answered(answer, left, /* ended= */ null);
  }

  /** Keeps the container's objects alive without a container thread. False: it has to hold them. */
  private boolean park(RequestRun run) {
    HttpServletRequest request = run.request;
    try {
      AsyncContext context;
      if (request.isAsyncStarted()) {
        if (!run.isAsyncOpen()) {
          return false; // completed or dispatched in this pass: the container acts on our return
        }
        context = request.getAsyncContext();
      } else {
        if (!request.isAsyncSupported()) {
          sayNotAsync(request);
          if (!quirks.forceAsync(request)) {
            return false;
          }
        }
        context = request.startAsync();
        context.addListener(run.async);
      }
      context.setTimeout(0);
      run.parkedContext(context);
      return true;
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.DEBUG, "Cannot park, holding the container thread", e);
      return false;
    }
  }

  private void sayNotAsync(HttpServletRequest request) {
    if (!saidNotAsync) {
      saidNotAsync = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "\"{0}\" or a filter before it is not marked async-supported: mark it, so that a late"
              + " worker there need not hold a container thread",
          request.getHttpServletMapping().getServletName());
    }
  }

  // ---- the end

  /** The last one is out of a parked run. On whatever thread that was. */
  void over(RequestRun run) {
    run.runs().finished(run);
    AsyncContext parked = run.parkedContext();
    try {
      if (parked != null) {
        complete(parked);
      }
    } finally {
      // Race with those who hold the request until it is over: they may have looked since the last
      // one left and before the state word said so.
      run.wake();
    }
  }

  private static void complete(AsyncContext context) {
    try {
      context.complete();
    } catch (IllegalStateException | RejectedExecutionException e) {
      // The client has reset the stream meanwhile, or the container has been stopped.
      LOG.log(System.Logger.Level.DEBUG, "The container has ended the request before", e);
    }
  }

  /** A worker has left an expired run that had been answered past it. On the worker. */
  void leftLate(RequestRun run) {
    ExpiryReport report = run.report();
    if (report != null) {
      report.leftLate(run.deadline.elapsedNanos(), run.failure());
    }
  }
}
