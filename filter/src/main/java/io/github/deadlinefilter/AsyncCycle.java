package io.github.deadlinefilter;

import io.github.deadlinefilter.ContainerQuirks.Tenure;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous cycles that an application starts in one run, as its container sees them: the
 * one listener that the container knows, which tells the application's own listeners in their order
 * and closes the fence after the last of them.
 *
 * <p>Listener methods are called by the container; {@link #start} on any thread of the application.
 */
final class AsyncCycle implements AsyncListener {

  /** An application's listener with the request and response that it wants to see in events. */
  record Listening(
      AsyncListener listener,
      @Nullable ServletRequest request,
      @Nullable ServletResponse response) {}

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** How long a startAsync may take that the deadline finds in progress. */
  private static final long START_ENDS = TimeUnit.MILLISECONDS.toNanos(20);

  /** When somebody looks whether a request has ended that should have by then. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A minute at last, and ten of those. */
  private static final int LAST_DOUBLING = 6;

  private static final int MOST_LOOKS = 16;

  /** How often somebody looks whether what is sent is out: soon after the client has read. */
  static final long SENT_POLL = TimeUnit.MILLISECONDS.toNanos(5);

  private final RequestRun run;
  private final IoListeners ioListeners;

  private volatile Tenure tenure = ContainerQuirks.TOLD;

  /** Whoever was last in a pass, or a callback, for the container has been seen to have left. */
  private volatile boolean settled;

  private volatile boolean lost;

  /** Somebody is about to look whether the request is lost. */
  private final AtomicBoolean looking = new AtomicBoolean();

  /**
   * Race between the application and the one who parks its run: containers take one startAsync at a
   * time, and two at once leave them with two contexts, of which one hears of the end and the other
   * has the listeners. Held while the container calls {@link #onStartAsync}.
   */
  private final ReentrantLock starting = new ReentrantLock();

  // Guarded by this, which is never held while anybody is called.
  private @Nullable GuardedAsyncContext context;
  private List<Listening> listeners = new ArrayList<>(0);
  private boolean registered;

  private DeadlineTimer.@Nullable Alarm nextLook;
  private int looks;
  private boolean errorTold;

  /** They have been told of the completion, and are told of nothing after it. */
  private boolean completed;

  AsyncCycle(RequestRun run) {
    this.run = run;
    this.ioListeners = new IoListeners(run);
  }

  /** The guarded context, null before the first cycle. */
  synchronized @Nullable GuardedAsyncContext context() {
    return context;
  }

  IoListeners ioListeners() {
    return ioListeners;
  }

  void enterPass(Thread containerThread) {
    settled = false;
    nextLook(null);
    ioListeners.enterPass(containerThread);
  }

  /** Registers on the container thread what was set on a worker. */
  void registerListeners() {
    ioListeners.leavePass();
  }

  /**
   * Starts a cycle; inside the fence.
   *
   * @param original what hasOriginalRequestAndResponse() will say, see {@link GuardedRequest}
   */
  AsyncContext start(Supplier<AsyncContext> container, boolean original) {
    starting.lock();
    try {
      if (run.isExpired()) {
        throw run.over(); // it may have been parked while this thread was on its way here
      }
      return startAlone(container, original);
    } finally {
      starting.unlock();
    }
  }

  private AsyncContext startAlone(Supplier<AsyncContext> container, boolean original) {
    synchronized (this) {
      registered = false;
    }
    AsyncContext real = container.get(); // calls onStartAsync below, if this is not the first cycle
    boolean register;
    GuardedAsyncContext guarded;
    synchronized (this) {
      register = !registered;
      registered = true;
      if (context == null) {
        context = new GuardedAsyncContext(run, this);
      }
      guarded = context;
    }
    guarded.renew(real, original);
    if (register) {
      real.addListener(this);
    }
    held();
    run.asyncStarted();
    run.runs().remember(run);
    lint("asynchronous timeout of the container", real.getTimeout());
    return guarded;
  }

  /** The container keeps its objects for this request from now on, until it takes them back. */
  void held() {
    if (tenure == ContainerQuirks.TOLD) {
      tenure = run.runs().quirks().tenure(run.request);
    }
  }

  Tenure tenure() {
    return tenure;
  }

  /**
   * Before a write outside a pass: lets a container thread get out first, which may have been in
   * one until now.
   */
  void settle() {
    if (!settled) {
      settled = tenure.settle();
    }
  }

  /** Whether the request is still the run's; if not, its listeners are told of that. */
  boolean isHeld() {
    boolean held = !tenure.isOver();
    if (!held) {
      lookWhetherLost(/* why= */ null);
    }
    return held;
  }

  /** A container thread has been in a callback, and is about to leave. */
  void unsettle() {
    settled = false;
  }

  /** The container had taken the request back without a word, and the filter has told of it. */
  boolean isLost() {
    return lost;
  }

  /** A timeout of a cycle that is longer than the deadline never comes. */
  void lint(String limit, long millis) {
    run.deadline.lint(limit, Duration.ofMillis(Math.max(0, millis)));
  }

  /**
   * Does what asks the container whether a cycle is open and starts one if not: for an expired run.
   *
   * @return what {@code action} says; false if the application is starting one, and goes on with it
   */
  boolean whileNobodyStarts(BooleanSupplier action) {
    if (!run.await(starting::tryLock, START_ENDS)) { // whoever leaves it wakes who waits
      return false;
    }
    try {
      return action.getAsBoolean();
    } finally {
      starting.unlock();
    }
  }

  synchronized void add(Listening listening) {
    listeners.add(listening);
  }

  @Override
  public void onStartAsync(AsyncEvent event) throws IOException {
    List<Listening> before;
    synchronized (this) {
      before = listeners;
      listeners = new ArrayList<>(0);
      completed = false;
      errorTold = false;
      registered = true;
    }
    event.getAsyncContext().addListener(this); // the container forgets listeners with each cycle
    if (!run.isExpired()) { // else it is the run that is being parked
      tell(before, event, AsyncListener::onStartAsync);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) throws IOException {
    if (run.phase() == RunState.RUNNING) {
      // Undertow: of the cycle before, inside a complete() of this one that comes from another
      // thread before the pass has ended. The container is not through with the request.
      tell(listeners(), event, AsyncListener::onComplete);
      return;
    }
    if (run.isExpired()) {
      run.outside(); // the request is still the listeners' own, and they clear it up
    }
    nextLook(null);
    try {
      tell(lastTold(), event, AsyncListener::onComplete);
    } finally {
      if (run.phase() == RunState.DISPATCHED) {
        run.runs().dispatchedElsewhere();
      }
      if (run.close()) {
        // A thread that the application left inside may still be there: the container reuses its
        // objects when this returns.
        run.awaitQuiet();
        run.tryDone();
        run.runs().ended(run);
      } else {
        hold();
      }
      run.runs().forget(run); // last, for a late dispatch may have had it remembered
      run.nobodyOutside();
    }
  }

  @Override
  public void onTimeout(AsyncEvent event) throws IOException {
    if (run.containerEnds()) {
      run.runs().finished(run);
      tell(listeners(), event, AsyncListener::onTimeout);
      lookLater();
    } else {
      hold();
    }
  }

  @Override
  public void onError(AsyncEvent event) throws IOException {
    if (run.containerEnds()) {
      run.runs().finished(run);
      Throwable thrown = event.getThrowable();
      if (run.runs().quirks().isClientGone(thrown)) {
        run.clientGone();
      } else if (thrown != null) {
        run.failed(thrown);
      }
      if (tellsOfError()) {
        tell(listeners(), event, AsyncListener::onError);
      }
      lookLater();
    } else {
      hold();
    }
  }

  /**
   * A call of the application's, or the deadline, has met a request that the container may have
   * taken back without a word: somebody looks, and tells those who wait for one.
   *
   * @param why what they are told, if anything is known
   */
  void lookWhetherLost(@Nullable Throwable why) {
    if (tenure != ContainerQuirks.TOLD && looking.compareAndSet(false, true)) {
      run.runs().act(() -> look(why));
    }
  }

  /** Looks when the container should have acted on a complete() or dispatch(). */
  void lookLater() {
    if (tenure == ContainerQuirks.TOLD) {
      return;
    }
    synchronized (this) {
      looks = 0;
    }
    lookAgain(/* why= */ null);
    // Race with the container, which may have acted on it before the alarm was set.
    if (!isExpectedToAct()) {
      nextLook(null);
    }
  }

  /** In time or late, the request is completed or dispatched as far as the run is concerned. */
  private synchronized boolean isExpectedToAct() {
    int phase = run.phase();
    return !completed
        && (phase == RunState.ENDING || phase == RunState.DISPATCHED || phase == RunState.OVER);
  }

  /** Ever less often, and not for ever: the container may not come to it, as when it stops. */
  private void lookAgain(@Nullable Throwable why) {
    int number;
    synchronized (this) {
      number = looks++;
    }
    if (number < MOST_LOOKS) {
      long nanos = LOOK_NANOS << Math.min(number, LAST_DOUBLING);
      nextLook(run.runs().in(nanos, () -> lookWhetherLost(why)));
    }
  }

  /** Sets the alarm for the next look, in place of the one before. */
  private synchronized void nextLook(DeadlineTimer.@Nullable Alarm next) {
    DeadlineTimer.Alarm before = nextLook;
    nextLook = next;
    if (before != null) {
      before.cancel();
    }
  }

  private void look(@Nullable Throwable why) {
    boolean left = tenure.settle();
    looking.set(false); // first: what fails from here on is looked at once more
    if (tenure.isOver()) {
      lost(why != null ? why : new IOException("The container has ended the request"));
    } else if (!left || isExpectedToAct()) { // it may take the request back yet
      lookAgain(why);
    }
  }

  /**
   * The container has taken the request back, and perhaps has told nobody: its listeners are told
   * now what it tells of a client that has gone. The fence is closed first, and the request that
   * they see is over.
   */
  private void lost(Throwable why) {
    synchronized (this) {
      if (completed || lost) {
        return; // it has been told
      }
      lost = true; // first: whoever meets the closed fence asks why
    }
    nextLook(null);
    boolean inTime = run.close();
    if (inTime) {
      run.runs().finished(run);
      run.clientGone();
    }
    Runnable telling = () -> tellLost(why, inTime);
    if (!run.runs().cancel(telling)) {
      telling.run();
    }
  }

  private void tellLost(Throwable why, boolean inTime) {
    try {
      if (inTime && tellsOfError()) {
        tellQuietly(listeners(), why, AsyncListener::onError);
      }
    } finally {
      try {
        tellQuietly(lastTold(), why, AsyncListener::onComplete);
      } finally {
        if (inTime) {
          run.tryDone();
          run.runs().ended(run);
        }
        run.runs().forget(run);
        run.wake(); // a container thread may tell all the same, and wait
      }
    }
  }

  private synchronized boolean tellsOfError() {
    boolean first = !errorTold;
    errorTold = true;
    return first;
  }

  /** Somebody waits to hear how a cycle ends. */
  synchronized boolean isListenedTo() {
    return !listeners.isEmpty();
  }

  /**
   * Tells the application that its time is over, as its container does after its own time-out: it
   * may be waiting for nothing else to stop. On a thread of the filter's own, when the client is
   * answered, and before onComplete.
   */
  void tellTimeout() {
    tellQuietly(listeners(), /* why= */ null, AsyncListener::onTimeout);
  }

  /** Tells them in place of the container. */
  private void tellQuietly(List<Listening> whom, @Nullable Throwable why, Call call) {
    try {
      var event = new AsyncEvent(context(), run.guardedRequest, run.guardedResponse, why);
      tell(whom, event, call);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "A listener failed that the filter has told", e);
    }
  }

  /**
   * The container wants its objects back (a client's reset, a time-out of its own, its stop) while
   * a late worker may be inside: it would recycle them under the worker as soon as this returned.
   *
   * <p>What it still sends counts as inside, too, and while it is here Jetty tells nobody that this
   * is out: it tells of one thing after the other.
   *
   * <p>Where nobody else would have them, as the container stops, they are held for the answer and
   * for those who move a body, for the buffers are everybody's: a worker that is stuck elsewhere
   * would hold up the stop for ever.
   */
  private void hold() {
    boolean stops = run.runs().quirks().isStopping(run.request);
    boolean interrupted = false; // kept, for each await would pass it on to the worker once more
    while (!isHeldNoMore(stops)) {
      run.await(
          () -> isHeldNoMore(stops) || ioListeners.isSending(), stops ? SENT_POLL : Long.MAX_VALUE);
      run.await(() -> isHeldNoMore(stops), SENT_POLL);
      interrupted |= Thread.interrupted();
      ioListeners.written();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isHeldNoMore(boolean stops) {
    int phase = run.phase();
    return run.isReleased()
        || lost
        || phase == RunState.DONE
        || (stops && phase == RunState.PARKED && !run.isTransferring());
  }

  private synchronized List<Listening> listeners() {
    return completed ? List.of() : List.copyOf(listeners);
  }

  /**
   * Tomcat reports an error, and the completion once more, if the client resets the stream while
   * the request completes.
   */
  private synchronized List<Listening> lastTold() {
    List<Listening> told = listeners();
    completed = true;
    return told;
  }

  @FunctionalInterface
  private interface Call {
    void on(AsyncListener listener, AsyncEvent event) throws IOException;
  }

  /** Tells all of them, also if one throws; then throws what the first one threw. */
  private void tell(List<Listening> whom, AsyncEvent event, Call call) throws IOException {
    Throwable first = null;
    Deadline before = Deadline.replaceCurrent(run.deadline);
    try {
      for (Listening one : whom) {
        try {
          call.on(one.listener(), eventFor(one, event));
        } catch (IOException | RuntimeException | Error e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
    } finally { // whatever a listener sneaks through
      run.deadline.leave(before);
    }
    if (first instanceof IOException e) {
      throw e;
    } else if (first instanceof RuntimeException e) {
      throw e;
    } else if (first instanceof Error e) {
      throw e;
    }
  }

  private AsyncEvent eventFor(Listening one, AsyncEvent event) {
    boolean own = one.request() != null && one.response() != null;
    return new AsyncEvent(
        context(),
        own ? one.request() : run.guarded(event.getSuppliedRequest()),
        own ? one.response() : run.guarded(event.getSuppliedResponse()),
        event.getThrowable());
  }
}
