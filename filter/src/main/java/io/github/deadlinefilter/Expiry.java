package io.github.deadlinefilter;

import static io.github.deadlinefilter.RunState.ASYNC;
import static io.github.deadlinefilter.RunState.CALL;
import static io.github.deadlinefilter.RunState.CLOSING;
import static io.github.deadlinefilter.RunState.DISPATCHED;
import static io.github.deadlinefilter.RunState.EXPIRED;
import static io.github.deadlinefilter.RunState.NEW;
import static io.github.deadlinefilter.RunState.OVER;
import static io.github.deadlinefilter.RunState.PARKED;
import static io.github.deadlinefilter.RunState.RUNNING;

import io.github.deadlinefilter.ExpiryReport.Answer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
  /**
   * How long a write may take to end before it counts as blocked on its client, and a change of the
   * head before it counts as blocked on somebody else.
   */
  private static final long WRITE_ENDS = TimeUnit.MILLISECONDS.toNanos(20);

  /** How long a read, a write or a change of the head may take whose thread does not wait. */
  private static final long SETTLES = TimeUnit.SECONDS.toNanos(1);

  private static final long SETTLE_POLL = TimeUnit.MILLISECONDS.toNanos(1);

  /** How long a read of the body may take to end before it counts as blocked on its client. */
  private static final long READ_ENDS = TimeUnit.MILLISECONDS.toNanos(2);

  /** How long a blocked write may take to notice that its connection is closed. */
  private static final long CUT_WRITE_ENDS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * How long a write of which nothing is on the wire may take to end: its client is not what it
   * waits for, and can be answered when it is out.
   */
  private static final long UNSEEN_WRITE_ENDS = TimeUnit.SECONDS.toNanos(1);

  /** How often the stack of an expired run is taken at most, where they expire all the time. */
  private static final Duration STACK_EVERY = Duration.ofSeconds(1);

  private static final int STACKS_AT_ONCE = 10;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ContainerQuirks quirks;
  private final DirectAnswer directAnswer;
  private final Debug debug;
  private final RateLimit stacks = new RateLimit(Ticker.SYSTEM, STACK_EVERY, STACKS_AT_ONCE);

  /** As {@link #stacks}, for those who stay: the newly expired must not take their turns. */
  private final RateLimit looks = new RateLimit(Ticker.SYSTEM, STACK_EVERY, STACKS_AT_ONCE);

  /** As {@link #stacks}, for those who are slow and not late yet. */
  private final RateLimit samples = new RateLimit(Ticker.SYSTEM, STACK_EVERY, STACKS_AT_ONCE);

  private final Repeats repeats;
  private final AnswerNews news;
  private final ApplicationLines lines;
  private final InterruptOutcomes outcomes = new InterruptOutcomes();

  /**
   * Phases in which the timer's side may decide; the others belong to a waiting container thread.
   */
  private final int timersPhases;

  private volatile boolean saidNotAsync;

  Expiry(
      ContainerQuirks quirks,
      @Nullable String errorPage,
      WorkerKind worker,
      Debug debug,
      Repeats repeats,
      ApplicationLines lines) {
    this.lines = lines;
    this.debug = debug;
    this.repeats = repeats;
    this.news = new AnswerNews(repeats);
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
    boolean begun = run.deadline.hasBegun();
    if (goesOn(run) || !run.deadline.settle()) {
      return false;
    }
    int phase = run.tryExpire(1 << NEW | 1 << RUNNING | 1 << DISPATCHED | 1 << CLOSING, 0);
    if (phase < 0) {
      return false;
    }
    sayWhy(run, begun ? Reason.IDLE : phase == NEW ? Reason.EXPIRED_IN_QUEUE : Reason.EXPIRED);
    // An interrupted thread could not write. Whoever sent the interrupt finds it afterwards.
    boolean interrupted = Thread.interrupted();
    try {
      answerHere(run, phase);
    } catch (RuntimeException | Error e) {
      fail(run, e);
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return true;
  }

  /**
   * Something that nobody foresaw kept the run from being answered. Its client does not wait for
   * the worker, and whatever went wrong: nobody is inside when the container goes on.
   */
  private void fail(RequestRun run, Throwable unexpected) {
    boolean stayed = run.interrupts.isOpen();
    try {
      // Inside are also those for whom the container would end what has been written as it is.
      boolean inside = !run.isQuiet() || run.parkedContext() != null || isOpen(run);
      cutUnanswered(run, unexpected, inside, !stayed);
    } finally {
      run.awaitQuiet();
      try {
        if (stayed) {
          news.leftLate(run);
        }
        run.runs().bulkheads().stuck().remove(run);
        run.runs().finished(run);
        run.endWithConnection();
      } finally { // whatever failed: nobody else ends it
        if (run.tryOver() || run.phase() < PARKED) { // but where the last one out does
          if (run.parkedContext() == null && isOpen(run)) {
            run.parkedContext(run.request.getAsyncContext());
          }
          giveBack(run);
        }
      }
    }
  }

  /**
   * And tells whoever would have been told of the answer. If the client has its answer, and only
   * what came after that failed, it keeps it.
   */
  private void cutUnanswered(RequestRun run, Throwable unexpected, boolean inside, boolean left) {
    if (!run.isAnswerSaid()) {
      if (inside && !run.wasCut()) {
        cut(run);
      }
      if (!run.wasCut()) {
        run.know(RequestRun.UNCUT);
      }
      if (run.report() != null) {
        news.tell(run, run.wasCut() ? Answer.ABORTED : Answer.CUT_LATE, left);
      }
    }
    AnswerNews.failed("Answering an expired request failed", unexpected);
  }

  /**
   * Unless the run is ended for another reason than its time. That something critical has begun is
   * more than any of them.
   */
  private static void sayWhy(RequestRun run, Reason why) {
    if (run.deadline.isOutcomeUnknown()) {
      run.reason(Reason.OUTCOME_UNKNOWN);
    } else if (run.reason() == Reason.EXPIRED) {
      run.reason(why);
    }
  }

  private void answerHere(RequestRun run, int phase) throws IOException {
    stop(run, phase, /* presence= */ 0);
    // Without a grace the answer of running work is always the direct one: not the one or the
    // other, as a worker happens to be fast.
    boolean clean = phase != RUNNING || run.route.graceNanos() > 0;
    clean &= !quirks.waitsForOwedBody(run.request);
    // Quiet first: a worker inside may be about to start asynchronous processing.
    if (clean && run.isQuiet() && !run.request.isAsyncStarted() && run.tryAnswerClean()) {
      answerClean(run);
      return;
    }
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    // Where a response that has begun cannot be cut now, it is cut by throwing when all have left.
    boolean uncut = hasBegun(run) && !run.wasCut() && !cut(run);
    forgetError(run.request); // error pages and Tomcat's asynchronous processing would act on it
    boolean answerFirst = quirks.mustAnswerBeforePark();
    if (answerFirst) {
      answerDirect(run);
    }
    boolean hold = run.isWriting() || quirks.mustHold(run.request, run.isReading(), run.wasCut());
    boolean parked = !uncut && !hold && run.async().whileNobodyStarts(() -> park(run));
    if (!answerFirst) {
      answerDirect(run);
    }
    if (parked) {
      keepWhileSending(run);
    }
    parked(run);
    if (run.tryOver()) {
      over(run);
    } else if (!parked) {
      run.await(run::isReleased, Long.MAX_VALUE);
    }
    if (!parked) {
      awaitSent(run);
      completeIfOpen(run);
      if (uncut || run.isUncut()) {
        throw cutOff();
      }
    }
  }

  /** The client is answered. An asynchronous application hears it, before the container does. */
  private static void parked(RequestRun run) {
    boolean tell = run.isAsyncOpen() && run.async().isListenedTo();
    if (tell) {
      run.stay();
    }
    run.parked();
    if (tell) {
      boolean told = false;
      try {
        told = run.runs().cancel(() -> tellTimeout(run));
      } finally {
        if (!told) {
          run.exit(CALL);
        }
      }
    }
  }

  private static void tellTimeout(RequestRun run) {
    try {
      run.async().tellTimeout();
    } finally {
      run.exit(CALL);
    }
  }

  /** Refuses a run that has not begun, or not begun again. On its container thread. */
  void refuse(RequestRun run, Reason reason) throws IOException, ServletException {
    if (run.reason() != Reason.CANCELLED && run.reason() != Reason.STOPPING) {
      run.reason(reason); // else it has been told why it ends while it waited
    }
    run.deadline.expireNow(reason);
    here(run);
  }

  // ---- in the `container` kind: the timer's side answers, or the container thread when it leaves

  /** The container thread has left an expired chain: answers, or waits until that is done. */
  void leaveExpired(RequestRun run) throws IOException {
    try {
      answerLeft(run);
    } catch (RuntimeException | Error e) {
      fail(run, e);
      throw e;
    }
  }

  private void answerLeft(RequestRun run) throws IOException {
    run.await(
        () -> run.phase() == OVER || (run.phase() == EXPIRED && run.isQuiet()), Long.MAX_VALUE);
    if (run.phase() == EXPIRED) {
      boolean clean = !run.request.isAsyncStarted() && !quirks.waitsForOwedBody(run.request);
      if (clean && run.tryAnswerClean()) {
        answerClean(run);
        return;
      }
      // Perhaps it became asynchronous after the timer's side had looked.
      run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
      answerDirect(run);
      parked(run);
      if (run.tryOver()) {
        over(run);
      }
    }
    run.await(run::isReleased, Long.MAX_VALUE);
    awaitSent(run);
    boolean async = run.request.isAsyncStarted();
    completeIfOpen(run);
    if (run.isUncut() || (run.wasCut() && !async)) {
      throw cutOff();
    }
  }

  /** The application's own cycle, in which the run was not parked. On the container thread. */
  private void completeIfOpen(RequestRun run) {
    if (isOpen(run)) {
      complete(run, run.request.getAsyncContext());
    }
  }

  private static boolean isOpen(RequestRun run) {
    return run.isAsyncOpen() && run.request.isAsyncStarted();
  }

  /**
   * The deadline of a run that no container thread waits for. On the filter's own threads, not the
   * timer's: writing may block.
   */
  void later(RequestRun run, int pass) {
    if (run.pass() != pass) {
      return; // an alarm of an earlier pass
    }
    run.takeDueSample();
    if (run.tenure().isOver()) {
      run.async().lookWhetherLost(/* why= */ null);
      return;
    }
    boolean begun = run.deadline.hasBegun();
    if (goesOn(run) || !run.deadline.settle()) {
      watch(run); // it may begin, or stop making progress, later
      return;
    }
    int phase = run.tryExpire(timersPhases, CALL);
    if (phase < 0) {
      return;
    }
    sayWhy(run, begun ? Reason.IDLE : Reason.EXPIRED);
    // sendError is not for asynchronous requests, so those are answered here in any case.
    boolean direct = phase == ASYNC || run.route.graceNanos() == 0;
    try {
      stop(run, phase, CALL);
      direct = direct || run.request.isAsyncStarted();
    } finally {
      if (run.tryAnswerDirect(CALL, direct)) {
        answerFromHere(run, phase);
      }
    }
  }

  private void answerFromHere(RequestRun run, int phase) {
    try {
      if (phase != ASYNC) {
        answerDirect(run);
      } else if (!run.tenure().call(() -> answerDirect(run))) {
        news.say(run, Answer.ABORTED, run.wasAnsweredAlone()); // its client went this very moment
      }
    } catch (RuntimeException | Error e) {
      // Cut, or what the application has written so far would be completed as if it were whole.
      cutUnanswered(run, e, /* inside= */ true, run.wasAnsweredAlone());
    } finally {
      endHere(run, phase);
    }
  }

  /** Whatever fails: nobody else ends it. */
  private void endHere(RequestRun run, int phase) {
    try {
      GuardedAsyncContext context = run.async().context();
      if (phase == ASYNC && context != null) {
        run.parkedContext(context.real());
        keepWhileSending(run);
      }
    } finally {
      try {
        parked(run);
      } finally {
        run.exit(CALL);
      }
    }
  }

  /** What the container still sends of a cut response counts as inside. */
  private void keepWhileSending(RequestRun run) {
    if (run.wasCut()) {
      run.stay();
      run.async().ioListeners().afterWrite(() -> sendsOn(run), () -> run.exit(CALL));
    }
  }

  /** As above, on the container thread: while that is here nobody calls the listener. */
  private void awaitSent(RequestRun run) {
    while (run.wasCut() && sendsOn(run)) {
      run.await(() -> !sendsOn(run), AsyncCycle.SENT_POLL);
    }
  }

  private boolean sendsOn(RequestRun run) {
    return run.async().ioListeners().isWriteKnown() && quirks.sendsOn(run.request, run.response);
  }

  /**
   * Has the timer's side look at the run at its deadline, if that is the side that decides then.
   */
  void watch(RequestRun run) {
    // Race with the end of the run, or of this pass, and with whoever expires it: each changes the
    // phase first, and the alarm after that, under the run's monitor.
    synchronized (run) {
      if ((timersPhases & 1 << run.phase()) != 0) {
        run.runs().watch(run);
      }
    }
  }

  /**
   * The response has begun, and the route asks for no more than progress; or somebody is debugging.
   */
  private boolean goesOn(RequestRun run) {
    noteBegin(run);
    return (isSuspended(run) || run.deadline.hasBegun()) && !run.deadline.isExpired();
  }

  /** Somebody stands at a breakpoint, perhaps: no deadline and no scope inside one fires. */
  boolean isDebugged() {
    return debug.isSuspended();
  }

  /** Whether it has no end because somebody is debugging: that is looked at when it is over. */
  boolean isSuspended(RequestRun run) {
    if (run.reason() == Reason.EXPIRED
        && run.deadline.remainingNanos() <= 0
        && debug.isSuspended()) {
      run.deadline.suspend();
    }
    return run.reason() == Reason.EXPIRED && run.deadline.isSuspended();
  }

  /**
   * Notes that the response has begun, where the write that began it is blocked and told nobody.
   * Inside the fence, so that the response is ours.
   */
  void noteBegin(RequestRun run) {
    if (run.isUntilCommit() && run.enter(CALL)) {
      try {
        if (hasBegun(run)) {
          run.begun();
        }
      } finally {
        run.exit(CALL);
      }
    }
  }

  /**
   * Whether the head of the response has left, or no other one can be given: not where a container
   * hands the connection over to an upgrade whatever is answered.
   */
  boolean hasBegun(RequestRun run) {
    return quirks.isOnWire(run.response) || (run.isUpgraded() && !quirks.canRefuseUpgrade());
  }

  // ---- the steps

  /**
   * Tells everybody to stop and waits as long as the grace. A blocked writer is cut before anything
   * else.
   */
  private void stop(RequestRun run, int phase, long presence) {
    OnExpiry how = run.route.onExpiry();
    boolean blocked = false;
    try {
      blocked = prepare(run, phase);
    } finally { // whatever failed: who waits for a worker must not wait for one that is not told
      if (how != OnExpiry.ABANDON) {
        run.deadline.cancelAll(/* interrupts= */ how == OnExpiry.INTERRUPT);
      }
      if (how == OnExpiry.INTERRUPT) {
        interrupt(run);
      }
    }
    if (blocked) {
      run.await(() -> !run.isWriting(), run.wasCut() ? CUT_WRITE_ENDS : UNSEEN_WRITE_ENDS);
    } else if (how != OnExpiry.ABANDON) {
      run.await(() -> run.isAlone(presence), run.route.graceNanos());
    }
  }

  /** Before anybody is told to stop. Returns whether a writer is blocked, which is cut then. */
  private boolean prepare(RequestRun run, int phase) {
    boolean seen = run.interrupts.isOpen() && (run.isSampled() || stacks.tryAcquire());
    List<StackTraceElement> stack = seen ? run.interrupts.stack() : List.of();
    run.report(ExpiryReport.of(run, name(phase), phase == RUNNING, stack));
    letHeadSettle(run);
    run.outliveConnection(); // first: who is seen to wait is not one who has just closed it
    letTransferSettle(run);
    boolean blocked = run.isWriting();
    if (blocked && hasBegun(run)) {
      cut(run);
    }
    return blocked;
  }

  /**
   * Returns when nobody changes the head any more: whoever gets a session may have set the cookie
   * of that, or be about to. If it waits, for its store, the client is answered all the same. A
   * write has its own look, below.
   */
  private void letHeadSettle(RequestRun run) {
    run.await(() -> !run.isChangingHead(), WRITE_ENDS);
    letSettle(run, run::isHeading, /* inNative= */ true);
  }

  /**
   * Returns when nobody is inside a read or a write, or whoever is waits there. One that has not
   * come to an end because its thread has not been given a processor is not to be disturbed: a cut
   * would take the buffer from under it (Undertow) or let it send something after the reset of its
   * stream (Tomcat), and an answer would meet it at the connection's buffer (Undertow).
   */
  private void letTransferSettle(RequestRun run) {
    letSettle(run, run::isTransferring, quirks.waitsInNative(run.request));
  }

  /** Waits while somebody is inside, and the worker does not wait itself. */
  private static void letSettle(RequestRun run, BooleanSupplier inside, boolean inNative) {
    long start = System.nanoTime();
    for (long poll = SETTLE_POLL;
        inside.getAsBoolean()
            && run.interrupts.isOpen()
            && !run.interrupts.isWaiting(inNative)
            && System.nanoTime() - start < SETTLES;
        poll *= 2) { // ever less often, for looking may cost all threads a moment
      run.await(() -> !inside.getAsBoolean(), poll);
    }
  }

  /** A read or a write that is in progress is given time to get out. */
  private void interrupt(RequestRun run) {
    run.await(() -> !run.isTransferring(), run.isWriting() ? WRITE_ENDS : READ_ENDS);
    run.interruptBy(new WorkerInterrupt(run, quirks, outcomes, looks, repeats));
  }

  InterruptOutcomes outcomes() {
    return outcomes;
  }

  AnswerNews news() {
    return news;
  }

  ApplicationLines lines() {
    return lines;
  }

  /** A run has become slow; {@code worker}: there is one of which a stack can be taken. */
  Samples newSamples(boolean worker) {
    return new Samples(worker && samples.tryAcquire(), lines);
  }

  /** For people. */
  static String name(int phase) {
    return switch (phase) {
      case NEW, DISPATCHED -> ExpiryReport.QUEUED;
      case ASYNC -> "async";
      default -> "running";
    };
  }

  private boolean cut(RequestRun run) {
    run.tenure()
        .call(
            () -> {
              if (quirks.abort(run.request, run.response, () -> run.isWriting() || sendsOn(run))) {
                run.cut();
              }
            });
    return run.wasCut();
  }

  private static IOException cutOff() {
    return new IOException("The deadline passed after the response had begun");
  }

  /** Nobody is inside: the container's own error handling, as for any other error. */
  private void answerClean(RequestRun run) throws IOException {
    HttpServletResponse outer = run.outerResponse();
    HttpServletResponse response = run.response;
    run.runs().finished(run);
    run.endWithConnection();
    long leftNanos = run.deadline.clockwork().ticker().nanos();
    try {
      if (hasBegun(run)) {
        boolean cut = run.wasCut() || cut(run);
        news.say(run, cut ? Answer.ABORTED : Answer.CUT_LATE, /* left= */ true);
        awaitSent(run);
        throw cutOff();
      }
      HeaderSnapshot headers = run.head.before();
      quirks.makeWritable(response);
      quirks.reset(outer);
      headers.restore(response, quirks);
      DirectAnswer.setHeaders(run, response);
      forgetError(run.request); // error pages would show its stack
      quirks.beforeError(run.request);
      try {
        outer.sendError(run.route.status(), message(run.reported()));
      } finally { // an outer filter's wrapper may have failed, and the request is over all the same
        news.say(run, Answer.CLEAN, /* left= */ true);
      }
    } finally {
      run.noteInterruptLeft(leftNanos);
      run.release();
    }
  }

  /** That of the application, or of Tomcat where a read failed. */
  private static void forgetError(HttpServletRequest request) {
    request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
    request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE);
  }

  /** Somebody is inside, or the request is asynchronous. */
  private void answerDirect(RequestRun run) {
    boolean left = run.wasAnsweredAlone();
    if (!left && run.reported().ran()) {
      run.runs().bulkheads().stuck().add(run); // first: who is answered may look at once
    }
    Answer answer;
    if (run.wasCut()) {
      answer = Answer.ABORTED;
    } else if (hasBegun(run) || run.isWriting()) {
      // A write that neither ends nor gets a byte out is in the container's response itself.
      answer = cut(run) ? Answer.ABORTED : Answer.CUT_LATE;
    } else {
      boolean written = writeDirect(run);
      if (!written) {
        written = writeDirect(run);
      }
      answer = written ? Answer.DIRECT : cut(run) ? Answer.ABORTED : Answer.CUT_LATE;
    }
    if (answer == Answer.CUT_LATE) {
      run.know(RequestRun.UNCUT);
    }
    news.say(run, answer, left);
    if (run.isReading() && !run.async().ioListeners().hasRead()) {
      endInput(run);
    }
  }

  /** The client has its answer, whatever becomes of whoever reads what it sent. */
  private void endInput(RequestRun run) {
    try {
      quirks.endInput(run.request);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "A reader of a late request goes on reading", e);
    }
  }

  /**
   * Writes the direct answer.
   *
   * @return false if it failed and may be tried once more, because nothing has left: a worker that
   *     gets a session for longer than anybody waits for it changes the head at the same time
   */
  private boolean writeDirect(RequestRun run) {
    try {
      directAnswer.write(run, run.reported());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "The client has gone before it was answered", e);
    } catch (RuntimeException e) {
      Quietly.run(
          () -> LOG.log(System.Logger.Level.WARNING, "Answering an expired request failed", e));
      return hasBegun(run);
    }
    return true;
  }

  /** Keeps the container's objects alive without a container thread. False: it has to hold them. */
  private boolean park(RequestRun run) {
    HttpServletRequest request = run.request;
    if (!quirks.leaveChain(request)) {
      return false;
    }
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
        context.addListener(run.async());
      }
      context.setTimeout(0);
      run.async().held();
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
      String name = request.getHttpServletMapping().getServletName();
      Quietly.run(
          () ->
              LOG.log(
                  System.Logger.Level.WARNING,
                  "\"{0}\" or a filter before it is not marked async-supported: mark it, so that a"
                      + " late worker there need not hold a container thread",
                  name));
    }
  }

  // ---- the end

  /** The last one is out of a parked run. On whatever thread that was. */
  void over(RequestRun run) {
    run.runs().finished(run);
    try {
      ExpiryReport report = run.report();
      if (report != null && report.ran() && !run.wasAnsweredAlone()) {
        // Its worker may have left while only a thread of the application's own kept the run.
        news.leftLate(run);
      }
      run.endWithConnection();
      if (!run.tenure().isOver()) {
        boolean endsByCompletion = run.request.isAsyncStarted() && !run.isDispatchCalled();
        quirks.dropOwedBody(run.request, run.response, endsByCompletion);
      }
    } finally { // whatever failed: nobody else ends it
      giveBack(run);
    }
  }

  private void giveBack(RequestRun run) {
    AsyncContext parked = run.parkedContext();
    try {
      if (parked != null) {
        run.releasing();
        complete(run, parked);
      }
    } finally {
      // Race with those who hold the request until it is over: they may have looked since the last
      // one left and before the state word said so.
      run.release();
    }
  }

  /**
   * With the container's own class loader: a thread that the container starts for what follows
   * keeps the one it finds here, and would keep the application after its undeployment.
   */
  private void complete(RequestRun run, AsyncContext context) {
    Thread thread = Thread.currentThread();
    ClassLoader loader = thread.getContextClassLoader();
    thread.setContextClassLoader(context.getClass().getClassLoader());
    try {
      boolean ours =
          run.tenure()
              .complete(
                  () -> {
                    if (run.wasCut()) {
                      quirks.dropUnsent(run.request);
                    }
                    context.complete();
                  });
      if (ours) {
        run.async().lookLater();
      } else {
        run.async().lookWhetherLost(/* why= */ null);
      }
    } catch (IllegalStateException | RejectedExecutionException e) {
      // The client has reset the stream meanwhile, or the container has been stopped.
      LOG.log(System.Logger.Level.DEBUG, "The container has ended the request before", e);
    } finally {
      thread.setContextClassLoader(loader);
    }
  }
}
