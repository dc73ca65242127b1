package io.github.deadlinefilter;

import io.github.deadlinefilter.ContainerQuirks.Tenure;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request under a deadline, from the filter's entry until its worker has left. {@link RunState}
 * decides its races; this is what belongs to it, and what the worker does.
 *
 * <p>A run has one pass for the REQUEST dispatch and one for each ASYNC dispatch after it, strictly
 * one after the other: the next pass begins only when the worker of the one before has left.
 */
final class RequestRun extends FencedRun implements Runnable {

  // Flags, each 0 or 1, that something is done once for.
  private static final AtomicIntegerFieldUpdater<RequestRun> INTERRUPT_DUE = flag("interruptDue");
  private static final AtomicIntegerFieldUpdater<RequestRun> PLACED = flag("placed");

  /** How long whoever decides that a deadline is over may take to come to it. */
  private static final long DECIDES = TimeUnit.SECONDS.toNanos(1);

  private static final long DECISION_POLL = TimeUnit.MICROSECONDS.toNanos(50);

  /** What is known of a run: how its client was answered at the deadline is in the log. */
  static final int ANSWER_SAID = 1;

  /** Its worker has left after its client was answered. */
  static final int LEFT_LATE = 1 << 1;

  /** Its end in time has been told. */
  static final int ENDED = 1 << 2;

  /** How its client was answered is not in the log: it is one of many of the kind. */
  static final int UNSAID = 1 << 3;

  /** Its response could not be ended at the deadline: it is cut when its worker leaves. */
  static final int UNCUT = 1 << 4;

  private static final AtomicIntegerFieldUpdater<RequestRun> KNOWN = flag("known");

  private static final Thread[] NOBODY = {};

  private static AtomicIntegerFieldUpdater<RequestRun> flag(String name) {
    return AtomicIntegerFieldUpdater.newUpdater(RequestRun.class, name);
  }

  // ---- for the whole run

  final Bulkhead bulkhead;
  final Route route;
  private final String method;

  /** The container's own objects, below every wrapper: what is guarded, and what is kept. */
  final HttpServletRequest request;

  final HttpServletResponse response;

  final GuardedRequest guardedRequest;
  final GuardedResponse guardedResponse;

  /** Null where the route does not ask for it. */
  private final @Nullable ServerTiming timing;

  private final Runs runs;

  /** Counts the passes, so that an alarm of one does not act on the next. */
  private volatile int pass;

  // ---- for one pass: written by its container thread before the worker is started, and read by
  // the worker and by whoever answers after an expiry, which the state word orders

  private @Nullable FilterChain chain;
  private ServletRequest passRequest;
  private ServletResponse passResponse;

  /** What the filter was given: outer filters' wrappers, perhaps. */
  private HttpServletResponse outerResponse;

  private volatile Thread containerThread = Thread.currentThread();
  private @Nullable ClassLoader loader;
  private boolean watched;
  private @Nullable Supplier<Runnable> context;

  /** The phase after the worker has returned from the chain; -1 before. */
  private volatile int afterLeave = -1;

  /** What the chain threw. Written before the worker leaves, read after. */
  private @Nullable Throwable failure;

  private volatile boolean upgraded;

  // ---- what an expiry adds

  private volatile boolean cut;
  private volatile boolean released;

  /** The worker is to be interrupted when nobody is inside a read or a write any more. */
  private volatile int interruptDue;

  /** Jetty calls onComplete inside complete(): this thread must not wait for itself there. */
  private volatile @Nullable Thread releaser;

  private volatile Reason reason = Reason.EXPIRED;
  private volatile @Nullable ExpiryReport report;
  private volatile @Nullable WorkerInterrupt interrupt;

  /** Null as long as it is not slow. Written by whoever watches the run, one thread at a time. */
  private volatile @Nullable Samples samples;

  /** Bits. */
  private volatile int known;

  /** It has a place of {@link Bulkheads}. */
  private volatile int placed;

  /** Set before the run is parked: to be completed, once, by the last one out. */
  private volatile @Nullable AsyncContext parkedContext;

  /** Threads other than the container thread that wait for something to leave. Copied on write. */
  private volatile Thread[] waiters = NOBODY;

  /** Null as long as nobody has asked for it, which most applications never do. */
  private volatile @Nullable AsyncCycle async;

  // Guarded by this.
  private @Nullable String incident;
  private DeadlineTimer.@Nullable Alarm alarm;
  private @Nullable Runnable endWithConnection;

  RequestRun(
      Runs runs,
      Bulkhead bulkhead,
      RequestDeadline deadline,
      HttpServletRequest outerRequest,
      HttpServletResponse outerResponse) {
    super(deadline, Wrappers.innermost(outerResponse), runs.quirks());
    this.runs = runs;
    this.bulkhead = bulkhead;
    this.route = bulkhead.route;
    this.method = outerRequest.getMethod();
    deadline.of(this);
    this.request = Wrappers.innermost(outerRequest);
    this.response = Wrappers.innermost(outerResponse);
    this.outerResponse = outerResponse;
    runs.quirks().prepare(request);
    this.timing = route.serverTiming() ? new ServerTiming(deadline) : null;
    this.guardedRequest = new GuardedRequest(this, outerRequest);
    this.guardedResponse = new GuardedResponse(this, outerResponse);
    this.passRequest = guardedRequest;
    this.passResponse = guardedResponse;
  }

  // ---- until=commit

  /**
   * Ends the deadline with what was written, if the response has begun and that is all it is for.
   */
  @Override
  void written() {
    if (route.until() == Until.COMMIT && !isExpired() && runs.expiry().hasBegun(this)) {
      begun();
    }
  }

  /** The response has begun, and all that the route asks for is progress. */
  void begun() {
    if (deadline.begin(route.idleNanos())) {
      bulkhead.history().completed(deadline.elapsedNanos());
      if (route.hasIdleLimit()) {
        wake(); // the container thread waits for the deadline that was, and so does the alarm
        runs.expiry().watch(this);
      }
    }
  }

  /**
   * The write that begins a response may be the one that its client does not read, and tells nobody
   * that it has begun it.
   */
  private boolean mayBeginUnseen() {
    return route.hasIdleLimit() && !deadline.hasBegun();
  }

  /** How long whoever watches this run may wait before it looks at it again. */
  long nextLookNanos() {
    long left = deadline.remainingNanos();
    long look = mayBeginUnseen() ? Math.min(left, route.idleNanos()) : left;
    return Math.min(look, nanosToSample());
  }

  // ---- where it is slow

  /** Looks where the worker is, if the run has been slow for long enough. By whoever watches it. */
  void takeDueSample() {
    if (nanosToSample() > 0) {
      return;
    }
    try {
      Samples slow = samples;
      if (slow == null) {
        slow = runs.expiry().newSamples(interrupts.isOpen());
        samples = slow;
      }
      slow.take(interrupts);
    } catch (RuntimeException | Error e) {
      // No memory for a stack, say: whoever watches the run has to go on watching it.
      samples = Samples.NONE;
    }
  }

  /** Of the time that it had when it came here, for what was over by then was not its own. */
  private long nanosToSample() {
    long length = deadline.lengthNanos();
    if (length == Route.NO_DEADLINE
        || deadline.hasBegun()
        || deadline.isSuspended()
        || reason != Reason.EXPIRED) {
      return Long.MAX_VALUE;
    }
    Samples slow = samples;
    long waited = deadline.waitedNanos();
    long due = Samples.dueNanos(length - waited, slow == null ? 0 : slow.taken());
    return due == Long.MAX_VALUE ? due : due - (deadline.elapsedNanos() - waited);
  }

  /** Whether a stack of it may have been taken, and another one is worth its price. */
  boolean isSampled() {
    Samples slow = samples;
    return slow != null && slow.isGranted();
  }

  /** It is through, in time: if it was slow, what because of is remembered. */
  void remember() {
    RouteHistory history = bulkhead.history();
    if (!deadline.hasBegun()) {
      history.completed(deadline.elapsedNanos());
    }
    if (samples != null) {
      String dependency = deadline.dependency();
      String blamed = dependency.isEmpty() ? slowAt() : dependency;
      if (!blamed.isEmpty()) {
        history.blamed(blamed);
      }
    }
  }

  /** Where it was seen before its deadline, as far as it is slow; empty if that is not known. */
  String slowAt() {
    return Objects.requireNonNullElse(
        Samples.common(samplesWith(List.of()), runs.expiry().lines()), "");
  }

  /** The stacks that were taken before the deadline, and {@code last} if that is not empty. */
  List<List<StackTraceElement>> samplesWith(List<StackTraceElement> last) {
    Samples slow = samples;
    return slow != null ? slow.with(last) : last.isEmpty() ? List.of() : List.of(last);
  }

  /** Bytes of the request or of the response have moved. */
  void progress() {
    if (route.hasIdleLimit()) {
      deadline.progress();
    }
  }

  /** The application has told the container to hand the connection over to another protocol. */
  void upgraded(boolean accepted) {
    upgraded = accepted;
  }

  boolean isUpgraded() {
    return upgraded;
  }

  // ---- a pass: its container thread

  /** The application's asynchronous side of this run. */
  AsyncCycle async() {
    AsyncCycle made = async;
    return made == null ? makeAsync() : made;
  }

  /**
   * Race with {@link #makeAsync} by a thread of the application's own while the pass ends: it is
   * made in time to be found here, or it is made for no pass.
   */
  private synchronized @Nullable AsyncCycle madeAsync() {
    return async;
  }

  private synchronized AsyncCycle makeAsync() {
    AsyncCycle made = async;
    if (made == null) {
      made = new AsyncCycle(this);
      if (afterLeave < 0) {
        made.enterPass(containerThread); // it is made by a worker, within the pass
      }
      async = made;
    }
    return made;
  }

  /** Prepares the next pass. */
  void enterPass(
      FilterChain chain,
      ServletRequest guardedRequest,
      ServletResponse guardedResponse,
      HttpServletResponse outerResponse) {
    int next = pass + 1; // passes come one after the other
    pass = next;
    passEntered();
    if (reason == Reason.CLIENT_GONE) {
      reason = Reason.EXPIRED;
      deadline.dispatched();
    }
    alarm(null);
    this.chain = chain;
    this.passRequest = guardedRequest;
    this.passResponse = guardedResponse;
    // The application may have given its container, for the dispatch, a wrapper of a guard: what is
    // answered when the fence is closed goes past both.
    GuardedResponse guard = Wrappers.guard((ServletResponse) outerResponse);
    this.outerResponse = guard != null && guard.run == this ? guard.outer() : outerResponse;
    containerThread = Thread.currentThread();
    loader = containerThread.getContextClassLoader();
    afterLeave = -1;
    failure = null;
    nobodyOutside(); // perhaps this very thread, which in the `container` kind runs the chain now
    AsyncCycle before = async;
    if (before != null) {
      before.enterPass(containerThread);
    }
  }

  /** What this container thread has is what the worker will have, too. */
  void captureContext() {
    context = runs.context().capture();
  }

  /** The timer is to look at the run, from the moment that its worker goes in. */
  void watched() {
    watched = true;
  }

  /** {@link Bulkheads#enter} has let it in. */
  void placed() {
    placed = 1;
  }

  /**
   * Gives back what {@link Bulkheads#enter} gave. Idempotent. A run that expires before its worker
   * has begun keeps its place until one finds it, so that no more of them wait for that than there
   * are places.
   */
  void leavePlace() {
    if (placed == 1 && PLACED.compareAndSet(this, 1, 0)) {
      runs.bulkheads().leave(bulkhead);
    }
  }

  /** Waits until the worker has left. False: the deadline came first. */
  boolean awaitLeave() {
    return afterLeave >= 0 || await(() -> afterLeave >= 0, /* nanos= */ -1);
  }

  /** The phase that the worker left the run in. */
  int afterLeave() {
    return afterLeave;
  }

  Thread containerThread() {
    return containerThread;
  }

  HttpServletResponse outerResponse() {
    return outerResponse;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** Of one that has ended in time: the application has answered, and its client was there. */
  boolean hasCompleted() {
    return failure == null && reason != Reason.CLIENT_GONE;
  }

  /** Has the response say where its time went, if the route asks for that. */
  void time(HttpServletResponse response) {
    if (timing != null) {
      timing.setOn(response);
    }
  }

  /**
   * Makes a recorded sendError before the application's complete() ends the response.
   *
   * @param through the application has nothing more to do with the response. Until then another of
   *     its threads may be changing the head, which is not touched beside that
   */
  void completeHead(boolean through) {
    if (enter(WRITE)) {
      try {
        if (through) {
          time(outerResponse);
        }
        sendError();
      } catch (IOException | RuntimeException | Error e) {
        failed(e); // and the call that ends the response is made all the same
      } finally {
        exit(WRITE);
      }
    }
  }

  /** What has gone wrong, beside what went wrong before. */
  synchronized void failed(Throwable e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e) {
      failure.addSuppressed(e);
    }
  }

  /** Does what had to wait for the container thread, and ends the pass as the chain ended. */
  void finishPass() throws IOException, ServletException {
    if (afterLeave == CLOSING && !closePass()) {
      return;
    }
    try {
      AsyncCycle begun = madeAsync();
      if (begun != null) {
        begun.registerListeners();
      }
      if (afterLeave == CLOSING) {
        time(outerResponse); // nobody is inside
        sendError();
      } else {
        completeHead(/* through= */ afterLeave == ENDING); // complete() came before the worker left
      }
    } catch (IOException | RuntimeException | Error e) {
      failed(e); // and the run ends all the same
    }
    if (afterLeave == ASYNC) {
      runs.watch(this);
      // Race with the application's complete(): it may have come before the alarm was set.
      if (phase() != ASYNC) {
        alarm(null);
      }
    } else if (afterLeave != DISPATCHED) { // there the next pass looks at the deadline first
      runs.ended(this);
    }
    if (afterLeave == ENDING || afterLeave == DISPATCHED) {
      async().lookLater();
    }
    rethrowFailure();
  }

  /**
   * Waits for whoever the application started and left inside, until the deadline. False: that came
   * first, and the request is answered.
   */
  private boolean closePass() throws IOException, ServletException {
    while (!tryDone()) {
      if (isExpired()) {
        runs.expiry().leaveExpired(this);
        return false;
      }
      if (!await(this::isQuiet, /* nanos= */ -1) && runs.expiry().here(this)) {
        return false;
      }
    }
    return true;
  }

  private void sendError() throws IOException {
    if (head.hasError()) {
      runs.quirks().beforeError(request);
    }
    head.sendError(outerResponse);
  }

  private void rethrowFailure() throws IOException, ServletException {
    Throwable thrown = failure;
    if (thrown != null) {
      runs.quirks().beforeError(request);
    }
    if (thrown instanceof IOException e) {
      throw e;
    } else if (thrown instanceof ServletException e) {
      throw e;
    } else if (thrown != null) {
      throw RequestRun.<RuntimeException>unchecked(thrown);
    }
  }

  /**
   * Throws what the application threw, itself, also where it sneaked a checked exception through.
   */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  // ---- the worker

  @Override
  public void run() {
    FilterChain target = chain;
    if (target == null || !begin()) {
      leavePlace();
      return;
    }
    try {
      failure = work(target);
    } catch (Throwable t) { // no memory, say, and none of the application's: it leaves all the same
      if (interrupts.isOpen()) {
        interrupts.close();
      }
      failure = t;
    }
    leavePlace();
    int phase = leave();
    afterLeave = phase;
    if (phase >= EXPIRED) {
      movedWhileClosed();
      if (phase > EXPIRED) {
        runs.expiry().news().leftLate(this);
      }
    } else {
      LockSupport.unpark(containerThread);
    }
  }

  /** Runs the chain, and leaves the thread as it was. Returns what the chain threw. */
  private @Nullable Throwable work(FilterChain target) {
    if (timing != null) {
      timing.workerBegins();
    }
    if (pass == 1) {
      runs.events().started(this); // first: an expiry that is on its way is told after it
    }
    long begun = bulkhead.now();
    Thread worker = Thread.currentThread();
    ClassLoader loaderBefore = worker.getContextClassLoader();
    // The container has bound its own thread already.
    Runnable unbind = worker == containerThread ? null : runs.quirks().bind(request);
    worker.setContextClassLoader(loader);
    Supplier<Runnable> captured = context;
    Runnable takeOff = captured == null ? null : captured.get();
    Deadline before = Deadline.replaceCurrent(deadline);
    interrupts.open(worker);
    Throwable thrown = null;
    try {
      if (watched) {
        runs.watch(this);
      }
      // Race with expiry: an interrupt sent before the fence for interrupts was open found nobody.
      if (!isExpired()) {
        target.doFilter(passRequest, passResponse);
      }
    } catch (Throwable t) {
      thrown = t;
      awaitDecision();
    }
    try {
      DeadlineScope.closeLeft(deadline);
      interrupts.close();
      if (takeOff != null) {
        takeOff.run();
      }
      worker.setContextClassLoader(loaderBefore);
      if (unbind != null) {
        unbind.run();
      }
    } finally { // or the thread's next requests would find one that is over
      Deadline.replaceCurrent(before);
    }
    bulkhead.served(begun, deadline);
    return thrown;
  }

  // ---- waiting

  /**
   * The chain has failed. Race with expiry: work that minds its budget fails at the very moment
   * that the deadline comes, and that is why, whoever of the two is first to say so.
   */
  private void awaitDecision() {
    if (!deadline.isExpired() || isExpired()) {
      return;
    }
    boolean interrupted = Thread.interrupted(); // or it would not wait
    long start = System.nanoTime();
    while (deadline.isExpired() && !isExpired() && System.nanoTime() - start < DECIDES) {
      LockSupport.parkNanos(this, DECISION_POLL);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until {@code condition} holds, for {@code nanos}, or, if that is negative, until the
   * deadline. Interrupts do not end it. One that reaches a waiting container thread is meant for
   * whoever works for the request, and is passed on to the worker.
   */
  boolean await(BooleanSupplier condition, long nanos) {
    long start = System.nanoTime();
    boolean interrupted = false;
    boolean waiter = Thread.currentThread() != containerThread;
    if (waiter) {
      addWaiter(Thread.currentThread());
    }
    try {
      while (!condition.getAsBoolean()) {
        long left = nanos < 0 ? deadline.remainingNanos() : nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return condition.getAsBoolean();
        }
        LockSupport.parkNanos(this, nanos < 0 ? nextLookNanos() : left);
        if (nanos < 0) {
          takeDueSample();
        }
        if (Thread.interrupted()) {
          interrupted = true;
          if (!waiter) {
            interrupts.interrupt();
          }
        }
        if (nanos < 0 && mayBeginUnseen() && !condition.getAsBoolean()) {
          runs.expiry().noteBegin(this);
        }
      }
      return true;
    } finally {
      if (waiter) {
        removeWaiter(Thread.currentThread());
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until nobody is inside, however long that takes. */
  void awaitQuiet() {
    await(this::isQuiet, Long.MAX_VALUE);
  }

  private synchronized void addWaiter(Thread thread) {
    Thread[] more = Arrays.copyOf(waiters, waiters.length + 1);
    more[waiters.length] = thread;
    waiters = more;
  }

  private synchronized void removeWaiter(Thread thread) {
    waiters = Arrays.stream(waiters).filter(other -> other != thread).toArray(Thread[]::new);
  }

  /** Has everybody who waits look again. */
  void wake() {
    LockSupport.unpark(containerThread);
    for (Thread waiter : waiters) {
      LockSupport.unpark(waiter);
    }
  }

  /**
   * Interrupts the worker, or has it interrupted as soon as no thread is inside a read or a write
   * of the container any more.
   */
  void interruptOutside() {
    interruptDue = 1;
    interruptIfOutside();
  }

  /** Race between the one who wants the interrupt and the last one out: either sees the other. */
  private void interruptIfOutside() {
    if (interruptDue == 1 && !isTransferring() && INTERRUPT_DUE.compareAndSet(this, 1, 0)) {
      interrupts.interrupt();
    }
  }

  /** That the container's objects are this run's. */
  Tenure tenure() {
    AsyncCycle begun = async;
    return begun == null ? ContainerQuirks.TOLD : begun.tenure();
  }

  @Override
  void beforeRead() {
    AsyncCycle begun = async;
    if (begun != null && isOutsidePass() && !begun.isHeld()) {
      throw over();
    }
  }

  @Override
  void beforeWrite() {
    AsyncCycle begun = async;
    if (begun != null && phase() == ASYNC) {
      begun.settle();
      if (isExpired()) { // while it waited
        throw over();
      }
    }
    beforeRead();
  }

  /** In time, with no worker of this run inside. */
  private boolean isOutsidePass() {
    int phase = phase();
    return phase > RUNNING && phase <= ENDING;
  }

  @Override
  void writeFailed(Throwable thrown) {
    AsyncCycle begun = async;
    if (begun != null && isOutsidePass()) {
      begun.lookWhetherLost(thrown);
    }
  }

  @Override
  void movedWhileClosed() {
    wake();
    interruptIfOutside();
    // Race with the answerer: it looks again after it has parked the run, so one of the two sees
    // PARKED and nobody inside, and the state word lets only one of them through.
    if (tryOver()) {
      runs.expiry().over(this);
    }
  }

  /**
   * {@code request} of a later pass, guarded: with the guards that the application holds if it can.
   */
  HttpServletRequest guard(HttpServletRequest request) {
    return Wrappers.guard((ServletRequest) request) != null
        ? request
        : request == this.request ? guardedRequest : new GuardedRequest(this, request);
  }

  /** As {@link #guard(HttpServletRequest)}. */
  HttpServletResponse guard(HttpServletResponse response) {
    return Wrappers.guard((ServletResponse) response) != null
        ? response
        : response == guardedResponse.outer()
            ? guardedResponse
            : new GuardedResponse(this, response);
  }

  /** The container's own request as the application knows it; any other one, or null, unchanged. */
  @Nullable ServletRequest guarded(@Nullable ServletRequest given) {
    return given == null || Wrappers.guard(given) != null || Wrappers.innermost(given) != request
        ? given
        : guardedRequest;
  }

  /** As {@link #guarded(ServletRequest)}. */
  @Nullable ServletResponse guarded(@Nullable ServletResponse given) {
    return given == null || Wrappers.guard(given) != null || Wrappers.innermost(given) != response
        ? given
        : guardedResponse;
  }

  /** For {@link Runs}, which every request goes into and out of: the JVM's own is a slow call. */
  @Override
  public int hashCode() {
    return deadline.startHash();
  }

  /** For the log. */
  @Override
  public String toString() {
    return "route=\""
        + route.name()
        + "\" elapsed="
        + Nanos.format(deadline.elapsedNanos() / 1_000_000 * 1_000_000)
        + " "
        + super.toString();
  }

  // ---- expiry

  Runs runs() {
    return runs;
  }

  String method() {
    return method;
  }

  boolean isUntilCommit() {
    return route.until() == Until.COMMIT && reason == Reason.EXPIRED;
  }

  /** The connection may end from here on without the request. */
  void outliveConnection() {
    Runnable end = runs.quirks().outliveConnection(request, response);
    synchronized (this) {
      endWithConnection = end;
    }
  }

  /** Nobody is inside any more: if the connection has ended meanwhile the request does now. */
  void endWithConnection() {
    Runnable end;
    synchronized (this) {
      end = endWithConnection;
      endWithConnection = null;
    }
    if (end != null) {
      end.run();
    }
  }

  /** The response, begun, was ended before its time. */
  void cut() {
    cut = true;
  }

  boolean wasCut() {
    return cut;
  }

  /** The container's objects have been given back, or are given back by the calling thread. */
  boolean isReleased() {
    return released || Thread.currentThread() == releaser;
  }

  /** The container's objects are about to be given back. */
  void releasing() {
    releaser = Thread.currentThread();
  }

  /** The container's objects have been given back. */
  void release() {
    released = true;
    releaser = null;
    wake();
  }

  int pass() {
    return pass;
  }

  /** Somebody has changed the deadline from inside: whoever watches it looks again. */
  void deadlineChanged() {
    LockSupport.unpark(containerThread);
    runs.expiry().watch(this);
  }

  /** The container has ended the request because nobody waits for its answer any more. */
  void clientGone() {
    reason = Reason.CLIENT_GONE;
    deadline.expireNow(Reason.CLIENT_GONE);
    if (route.onExpiry() != OnExpiry.ABANDON) {
      deadline.cancelAll(route.onExpiry() == OnExpiry.INTERRUPT);
    }
  }

  /** The run is to expire now, for another reason than its deadline: on any thread. */
  void expireEarly(Reason why) {
    reason = why;
    deadline.expireNow(why);
    LockSupport.unpark(containerThread);
    runs.expiry().watch(this); // not one that is expired: its alarm is that of the next interrupt
  }

  /**
   * An operator ends it as if its deadline had come, or tells a worker once more that has not
   * stopped. On any thread.
   *
   * @return false if it has ended by itself, or is stuck on a route that interrupts nobody
   */
  boolean cancel() {
    if (isEnded()) {
      return false;
    } else if (!isExpired()) {
      expireEarly(Reason.CANCELLED);
      return true;
    }
    WorkerInterrupt sender = interrupt;
    return sender != null && sender.onceMore();
  }

  Reason reason() {
    return reason;
  }

  void reason(Reason why) {
    reason = why;
  }

  /** The id by which people name it: its client is given it at the deadline. */
  synchronized String incident() {
    String id = incident;
    if (id == null) {
      id = Incident.next();
      incident = id;
    }
    return id;
  }

  /** Whether somebody has been told of it by that id. */
  synchronized boolean isIncident(String id) {
    return id.equals(incident);
  }

  @Nullable ExpiryReport report() {
    return report;
  }

  /** The report of an expired run. */
  ExpiryReport reported() {
    return Objects.requireNonNull(report, "report");
  }

  void report(ExpiryReport report) {
    this.report = report;
  }

  /** Its worker is told to stop. */
  void interruptBy(WorkerInterrupt sender) {
    interrupt = sender;
    sender.run();
  }

  /** Its worker has left, after it was told to stop; {@code atNanos} by the run's ticker. */
  void noteInterruptLeft(long atNanos) {
    WorkerInterrupt sender = interrupt;
    if (sender != null) {
      sender.left(atNanos);
    }
  }

  /**
   * Notes {@link #ANSWER_SAID}, {@link #LEFT_LATE}, {@link #ENDED}, {@link #UNSAID} or {@link
   * #UNCUT}.
   *
   * @return the bits that were known before
   */
  int know(int bit) {
    return KNOWN.getAndUpdate(this, before -> before | bit);
  }

  boolean isUnsaid() {
    return (known & UNSAID) != 0;
  }

  boolean isUncut() {
    return (known & UNCUT) != 0;
  }

  boolean isAnswerSaid() {
    return (known & ANSWER_SAID) != 0;
  }

  boolean hasLeftLate() {
    return (known & LEFT_LATE) != 0;
  }

  /** How long it has been expired. */
  long stuckNanos() {
    return deadline.elapsedNanos() - reported().elapsedNanos();
  }

  /**
   * How long its worker has been later than its route allows, negative if it is not yet: who asks
   * for less time than that is answered sooner, and the worker has done nothing wrong. An
   * operator's word, or that nothing goes on, is for the worker at once.
   */
  long overdueNanos() {
    ExpiryReport report = reported();
    long allowed = report.reason().isOfTime() ? deadline.routeNanos() : 0;
    return deadline.elapsedNanos() - Math.max(report.elapsedNanos(), allowed);
  }

  /** For the {@code Retry-After} of the answer, or {@link Route#NO_RETRY_AFTER}. */
  long retryAfterSeconds() {
    return switch (reason) {
      case STUCK -> runs.bulkheads().stuck().retryAfterSeconds(bulkhead);
      case OUTCOME_UNKNOWN -> Route.NO_RETRY_AFTER; // nobody is to be asked to do it twice
      default -> route.retryAfterSeconds();
    };
  }

  @Nullable AsyncContext parkedContext() {
    return parkedContext;
  }

  void parkedContext(AsyncContext context) {
    parkedContext = context;
  }

  /** Sets what will look at the run at its deadline, in place of what was set before. */
  synchronized void alarm(DeadlineTimer.@Nullable Alarm next) {
    DeadlineTimer.Alarm before = alarm;
    alarm = next;
    if (before != null) {
      before.cancel();
    }
  }
}
