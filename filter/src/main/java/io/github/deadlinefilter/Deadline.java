package io.github.deadlinefilter;

import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The instant at which work must be done, and what is to be cancelled then: that of the current
 * request, or of a scope of the application's own, which a request's may have inside it.
 *
 * <pre>{@code
 * Deadline deadline = Deadline.current();
 * statement.setQueryTimeout((int) deadline.cap(Duration.ofSeconds(2)).toSeconds());
 * try (var registration = deadline.onExpire(statement::cancel)) { ... }
 *
 * Price price = Deadline.call(Duration.ofMillis(300), () -> slowPrice());  // or it throws
 * boolean sent = Deadline.tryRun(Duration.ofSeconds(1), () -> slowMail()); // or it moves on
 * }</pre>
 *
 * <p>Scopes nest. The one inside never has more time than the one outside, and each knows whether
 * it was its own time that was over ({@link DeadlineScope#hasFired}). An exception that is not a
 * deadline's passes through all of them unchanged. When a scope has ended no interrupt of its own
 * is left on the thread, and one of the application's that was there before it fired is not lost.
 * (One that comes after it cannot be told from it: a thread has one flag for all of them.)
 *
 * <p>Thread-safe. {@link #current()} knows the deadline on the thread that runs the request's chain
 * and in tasks given to {@link jakarta.servlet.AsyncContext#start}, in a scope, and in what {@link
 * #wrap(Runnable)} has made; elsewhere it is {@link #NONE}.
 */
public abstract sealed class Deadline
    permits RequestDeadline, DeadlineScope, Deadline.LetRun, Deadline.None {
  /** No deadline: never passes, and nothing that is registered with it is ever called. */
  @SuppressWarnings("ClassInitializationDeadlock") // nobody else can come to None first
  public static final Deadline NONE = new None();

  private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

  /** Why a deadline is over. */
  public enum Cause {
    /** The time is up. */
    DEADLINE,
    /** The response had begun and made no progress for as long as its route's {@code idle} says. */
    IDLE,
    /** Nobody waits for the answer any more. */
    CLIENT_GONE,
    /** The application is being stopped. */
    SHUTDOWN,
    /** An operator has ended the request. */
    CANCELLED
  }

  /** What a scope is put around: as a {@link Callable}, with the exceptions that it really has. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object, E extends Exception> {
    T call() throws E;
  }

  /** As {@link Work}, without a result. */
  @FunctionalInterface
  public interface Action<E extends Exception> {
    void run() throws E;

    /** The same for what needs a result: null. */
    @SuppressWarnings("NullAway") // of a type that has no other value
    default Work<@Nullable Void, E> asWork() {
      return () -> {
        run();
        return null;
      };
    }
  }

  // Guarded by this.
  private @Nullable Deque<Registration> registrations;
  private boolean expired;
  private boolean interrupts;

  Deadline() {}

  // ---- which one

  /** The deadline of what this thread works for, else {@link #NONE}. Never null. */
  public static Deadline current() {
    Deadline deadline = CURRENT.get();
    return deadline == null ? NONE : deadline;
  }

  /**
   * What bounds a call to outside that this thread makes now, for an adapter: {@link #current}, but
   * without an end on a route with {@code onExpiry=abandon}, whose calls run on. What it calls is
   * in the ledger of its request all the same. Never null.
   */
  public static Deadline forCalls() {
    return current().ofCalls();
  }

  /** As {@link #forCalls}. */
  Deadline ofCalls() {
    return this;
  }

  /** Makes {@code deadline} the current one of this thread, null for none; returns the previous. */
  static @Nullable Deadline replaceCurrent(@Nullable Deadline deadline) {
    Deadline before = CURRENT.get();
    CURRENT.set(
        deadline); // null stays, for it keeps nobody alive, and the next one finds its place
    return before;
  }

  // ---- how much is left

  /** The time left, never negative; {@code Duration.ofNanos(Long.MAX_VALUE)} if there is no end. */
  public final Duration remaining() {
    return Duration.ofNanos(Math.max(0, remainingNanos()));
  }

  /** Nanoseconds left, negative once passed; {@link Long#MAX_VALUE} if there is no end. */
  abstract long remainingNanos();

  /** As {@link #remainingNanos}, and no shield keeps anything off. */
  long remainingBehindShieldsNanos() {
    return remainingNanos();
  }

  /** Whether it has no end. */
  public final boolean isUnlimited() {
    return remainingNanos() == Long.MAX_VALUE;
  }

  /**
   * Whether it may be over at some time: not {@link #NONE}, nor what a shield keeps off. Any other
   * may, also while it has no end: it can be shortened, its request cancelled by an operator, and
   * its application stopped. So an adapter bounds nothing where it {@link #isUnlimited}, and has
   * itself told all the same.
   */
  public abstract boolean canEnd();

  /** Whether no time is left. */
  public final boolean isExpired() {
    return remainingNanos() <= 0;
  }

  /**
   * Why it is over, or would be if it were now: {@link Cause#DEADLINE} as long as nothing is known.
   */
  public abstract Cause cause();

  /**
   * For loops that want to stop by themselves.
   *
   * @throws DeadlineExceededException if no time is left
   */
  public final void check() {
    if (isExpired()) {
      throw exceeded();
    }
  }

  /** What whoever goes on after the end gets. */
  abstract DeadlineExceededException exceeded();

  /** As {@link #exceeded}, of the one that {@link #remainingBehindShieldsNanos} is about. */
  DeadlineExceededException exceededBehindShields() {
    return exceeded();
  }

  /**
   * The smaller of a limit of your own and the time left: for a client's own timeout setting.
   *
   * @param own zero or more
   * @throws IllegalArgumentException if {@code own} is negative
   */
  public final Duration cap(Duration own) {
    if (own.isNegative()) {
      throw new IllegalArgumentException("own: " + own + " is negative");
    }
    Duration left = remaining();
    return own.compareTo(left) <= 0 ? own : left;
  }

  // ---- waiting, and being told

  /**
   * {@code future.get()}, bounded by the time left. When that is over, {@code future} is cancelled.
   *
   * @throws DeadlineExceededException if the time is over before the result is there
   * @throws InterruptedException as {@code get} does, for an interrupt that is not this deadline's;
   *     the future goes on
   * @throws ExecutionException as {@code get} does
   * @throws CancellationException if somebody else has cancelled it
   */
  @SuppressWarnings("try") // it is there to be closed
  public final <T extends @Nullable Object> T await(Future<T> future)
      throws InterruptedException, ExecutionException {
    try (Registration registration = onExpire(() -> future.cancel(true))) {
      for (long left = remainingNanos(); left > 0 || future.isDone(); left = remainingNanos()) {
        try {
          return future.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          // Over, unless somebody has extended it meanwhile.
        }
      }
    } catch (InterruptedException e) {
      // Race of the application's own interrupt with the end: it is ours if one of ours is out.
      if (!isExpired() || !InterruptFence.isInterruptOut(current().fenceHere())) {
        throw e;
      }
    } catch (CancellationException e) {
      if (!isExpired()) {
        throw e;
      }
    }
    future.cancel(/* mayInterruptIfRunning= */ true);
    throw exceeded();
  }

  /**
   * Calls {@code cancellation} once if the time is over before the registration is closed, on a
   * thread of its own: it may block, and one that blocks or throws does not stop the others. (Of a
   * filter's requests 128 run at a time, and the next ones wait.) The latest registered is started
   * first, and the others beside it: none waits for another to end. If the time is over already it
   * is called at once, on such a thread too. What it throws is logged.
   *
   * <p>A registration with a request's deadline does not end with the request: what goes on after
   * it is told all the same. So close it where the work ends.
   *
   * @param cancellation what ends the work, such as {@code statement::cancel}, or what is to be
   *     closed, such as a socket
   */
  public final Registration onExpire(AutoCloseable cancellation) {
    return register(new Registration(Objects.requireNonNull(cancellation, "cancellation")));
  }

  /**
   * As {@link #onExpire}, for an adapter, which ends something at once: on threads of their own, so
   * that it is called whatever callbacks of the application do meanwhile. There are few of these,
   * so it may not wait for anybody.
   */
  public final Registration cutOnExpire(Runnable cut) {
    return register(
        new Registration(Objects.requireNonNull(cut, "cut")::run) {
          @Override
          void act(Runnable start) {
            keeper().clockwork().cut(start);
          }
        });
  }

  /** This one, or the next one around it that has not ended. */
  Deadline stillOpen() {
    return this;
  }

  /** As {@link #onExpire}: {@code inner} is told on the thread that tells this one. */
  final Registration onExpire(DeadlineScope inner) {
    return register(
        new Registration(() -> {}) {
          @Override
          void due(boolean interrupts) {
            if (settle()) {
              inner.outerExpired(interrupts);
            }
          }
        });
  }

  private Registration register(Registration registration) {
    if (this == NONE) {
      return registration; // without the monitor: it is everybody's
    }
    registration.keeper = this;
    synchronized (this) {
      if (!expired) {
        if (registrations == null) {
          registrations = new ArrayDeque<>();
        }
        registrations.push(registration);
        if (registrations.size() == 1) {
          registrationsChanged(/* any= */ true);
        }
        return registration;
      }
    }
    registration.due(interrupts);
    return registration;
  }

  /**
   * The time is over: starts what is registered. Returns how many there were.
   *
   * @param interrupts whether threads that work for it are to be interrupted
   */
  final int cancelAll(boolean interrupts) {
    Registration[] due;
    synchronized (this) {
      expired = true;
      this.interrupts = interrupts;
      due =
          registrations == null ? new Registration[0] : registrations.toArray(Registration[]::new);
      registrations = null;
    }
    for (Registration registration : due) {
      registration.due(interrupts);
    }
    return due.length;
  }

  /** What is registered here is from now on registered with {@code heir}. */
  final void handOver(Deadline heir) {
    Deque<Registration> left;
    synchronized (this) {
      left = registrations;
      registrations = null;
    }
    if (left != null) {
      left.descendingIterator().forEachRemaining(heir::adopt);
    }
  }

  private void adopt(Registration registration) {
    Registration unused = register(registration);
    if (registration.settled.get()) { // race with close(), which may have looked for it elsewhere
      registration.close();
    }
  }

  /**
   * Under the monitor: there is something registered, and there was not; or the other way round.
   */
  void registrationsChanged(boolean any) {}

  /** Under the monitor: whether something is registered that has not been started. */
  final boolean hasRegistrations() {
    return registrations != null && !registrations.isEmpty();
  }

  /** It is not over after all. */
  final synchronized void revive() {
    expired = false;
  }

  /** What {@link Deadline#onExpire} registered. {@link #close()} it when the work is done. */
  public class Registration implements AutoCloseable {
    private final AutoCloseable cancellation;

    /** Started or closed, whichever was first. */
    private final AtomicBoolean settled = new AtomicBoolean();

    /** Who has it: another one, if this deadline is that of a part that has ended. */
    private volatile Deadline keeper = Deadline.this;

    Registration(AutoCloseable cancellation) {
      this.cancellation = cancellation;
    }

    /** The time is over. */
    void due(boolean interrupts) {
      act(this::start);
    }

    /** On which threads it is started. */
    void act(Runnable start) {
      keeper.clockwork().cancel(start);
    }

    final Deadline keeper() {
      return keeper;
    }

    private void start() {
      if (settle()) {
        try {
          cancellation.close();
        } catch (RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new UndeclaredThrowableException(e);
        }
      }
    }

    /**
     * Race with close(): what was waiting for a thread must not cancel a statement or connection
     * that somebody else uses by then.
     */
    final boolean settle() {
      return settled.compareAndSet(false, true);
    }

    /** Forgets the cancellation, if it has not been started. Idempotent, and does not wait. */
    @Override
    public final void close() {
      settled.set(true);
      Deadline at = keeper;
      if (at == NONE) {
        return;
      }
      synchronized (at) {
        if (at.registrations != null
            && at.registrations.remove(this)
            && at.registrations.isEmpty()) {
          at.registrationsChanged(/* any= */ false);
        }
      }
    }
  }

  /**
   * Notes that something outside the JVM is being called, so that the log can say where the time of
   * the request went. The adapters do so for what goes through them.
   *
   * <pre>{@code
   * try (var call = Deadline.current().io("redis", "GET session")) { ... }
   * }</pre>
   *
   * @param kind such as {@code sql}, {@code http}, {@code cache}
   * @param target what is called, without what belongs to its user: a host, a statement without its
   *     literals. It is shown in the log, up to 120 characters of it
   */
  public final IoCall io(String kind, String target) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(target, "target");
    IoLedger ledger = ledger();
    return ledger == null ? new IoCall(null, kind, target, 0) : ledger.begin(kind, target);
  }

  /**
   * Says in the log, once for each {@code limit}, if a limit of the application's own is longer
   * than its request's deadline, and so never acts. {@link #NONE} compares it with the longest
   * deadline of each filter of the application, for what is known before there is a request. The
   * adapters do so for their own.
   *
   * @param limit a name for a person, such as {@code http timeout of api.example}
   * @param own its value; zero for none at all
   */
  public void lint(String limit, Duration own) {}

  /** Null if there is no request. */
  abstract @Nullable IoLedger ledger();

  /** What the request has called outside the JVM, in a line; empty if nothing is known. */
  abstract String whereTimeWent();

  // ---- changes from inside

  /**
   * Gives {@code by} more. What is outside keeps its own limit, and so does a response that has
   * begun on a route with {@code until=commit}.
   *
   * @param by positive
   * @return false if it is over already, or is {@link #NONE}: nothing has changed
   */
  public final boolean extend(Duration by) {
    long more = DeadlineScope.positiveNanos("by", by);
    return change(left -> left > Long.MAX_VALUE - more ? Long.MAX_VALUE : left + more);
  }

  /**
   * Leaves no more than {@code left}, from now on.
   *
   * @param left zero, which ends it now, or more
   * @return as {@link #extend}
   */
  public final boolean shorten(Duration left) {
    if (left.isNegative()) {
      throw new IllegalArgumentException("left: " + left + " is negative");
    }
    long most = DeadlineScope.nanos(left);
    return change(now -> Math.min(now, most));
  }

  /** Takes the end away; what is outside keeps its own. Returns as {@link #extend}. */
  public final boolean lift() {
    return change(left -> Long.MAX_VALUE);
  }

  /** What is left, after a change. */
  @FunctionalInterface
  interface Change {
    /** Both in nanoseconds, {@link Long#MAX_VALUE} for no end. */
    long apply(long left);
  }

  /** Applies {@code change} to this deadline's own time, unless that is over. */
  abstract boolean change(Change change);

  // ---- scopes

  /**
   * Runs {@code action}, which is interrupted when the time is over.
   *
   * @param limit positive; counts from now
   * @throws DeadlineExceededException if the time was over before it ended. What it threw itself
   *     then is suppressed in that
   * @throws E what it throws in time, unchanged
   */
  public static <E extends Exception> void run(Duration limit, Action<E> action) throws E {
    call(limit, action.asWork());
  }

  /** As {@link #run(Duration, Action)}. */
  public static <E extends Exception> void run(
      Duration limit, Enforcement enforcement, Action<E> action) throws E {
    call(limit, enforcement, action.asWork());
  }

  /** As {@link #run(Duration, Action)}, with a result. One that comes late is dropped. */
  public static <T extends @Nullable Object, E extends Exception> T call(
      Duration limit, Work<T, E> work) throws E {
    return call(limit, Enforcement.INTERRUPT, work);
  }

  /** As {@link #call(Duration, Work)}. */
  public static <T extends @Nullable Object, E extends Exception> T call(
      Duration limit, Enforcement enforcement, Work<T, E> work) throws E {
    return ScopedWork.of(limit, enforcement, work).call();
  }

  /**
   * As {@link #run(Duration, Action)}, but moves on when the time is over.
   *
   * @return whether it ended in time
   */
  public static <E extends Exception> boolean tryRun(Duration limit, Action<E> action) throws E {
    return tryRun(limit, Enforcement.INTERRUPT, action);
  }

  /** As {@link #tryRun(Duration, Action)}. */
  public static <E extends Exception> boolean tryRun(
      Duration limit, Enforcement enforcement, Action<E> action) throws E {
    return ScopedWork.of(limit, enforcement, action.asWork()).tryCall();
  }

  /**
   * As {@link #tryRun(Duration, Action)}, with a result.
   *
   * @return empty if it was not there in time
   * @throws NullPointerException if it is null
   */
  public static <T, E extends Exception> Optional<T> tryCall(Duration limit, Work<T, E> work)
      throws E {
    return tryCall(limit, Enforcement.INTERRUPT, work);
  }

  /** As {@link #tryCall(Duration, Work)}. */
  public static <T, E extends Exception> Optional<T> tryCall(
      Duration limit, Enforcement enforcement, Work<T, E> work) throws E {
    ScopedWork<T, E> scoped = ScopedWork.of(limit, enforcement, work);
    return scoped.tryCall() ? Optional.of(scoped.result()) : Optional.empty();
  }

  /**
   * The block form: the lines up to {@link DeadlineScope#close} are interrupted when the time is
   * over. To be closed on the same thread, the inner before the outer.
   *
   * @param limit positive; counts from now
   */
  public static DeadlineScope within(Duration limit) {
    return within(limit, Enforcement.INTERRUPT);
  }

  /**
   * As {@link #within(Duration)}.
   *
   * @throws IllegalArgumentException if it is {@link Enforcement#ABANDON}: a block cannot be left
   *     behind
   */
  public static DeadlineScope within(Duration limit, Enforcement enforcement) {
    return DeadlineScope.opened(limit, enforcement);
  }

  /**
   * For a few lines that must not be interrupted: holds the interrupts of all deadlines around it
   * back until they are through. Inside, {@link #current()} has no end, but a scope that is opened
   * there has its own and is interrupted by that. The client is answered in time all the same.
   */
  @SuppressWarnings("try") // the block is all there is to it
  public static <T extends @Nullable Object, E extends Exception> T shield(Work<T, E> work)
      throws E {
    try (DeadlineScope shield = DeadlineScope.shielding()) {
      return work.call();
    }
  }

  /** As {@link #shield(Work)}. */
  public static <E extends Exception> void shield(Action<E> action) throws E {
    shield(action.asWork());
  }

  /**
   * A point of no return: what is in {@code work} is to be done whole or not at all. It does not
   * begin if less than {@code minBudget} is left, and once it has begun it is shielded as by {@link
   * #shield(Work)}. If the request's deadline passes after that, its client is told that the
   * outcome is unknown (reason {@code outcome-unknown}, without {@code Retry-After}), never that
   * nothing happened. The status stays that of the route: where clients or proxies repeat a request
   * by themselves after a 503, choose another one for it.
   *
   * @param minBudget zero or more
   * @throws DeadlineExceededException if too little is left: {@code work} has not been called
   */
  public static <T extends @Nullable Object, E extends Exception> T critical(
      Duration minBudget, Work<T, E> work) throws E {
    if (minBudget.isNegative()) {
      throw new IllegalArgumentException("minBudget: " + minBudget + " is negative");
    }
    Deadline deadline = current();
    // First: whoever answers an expiry from here on finds it, and then it is looked at the time.
    deadline.beginCritical();
    long left = deadline.remainingBehindShieldsNanos();
    if (left <= 0 || left < DeadlineScope.nanos(minBudget)) {
      deadline.refuseCritical();
      DeadlineExceededException over = deadline.exceededBehindShields();
      throw left <= 0 ? over : over.tooLittle(left, minBudget);
    }
    return shield(work);
  }

  /** As {@link #critical(Duration, Work)}. */
  public static <E extends Exception> void critical(Duration minBudget, Action<E> action) throws E {
    critical(minBudget, action.asWork());
  }

  /** The outcome of the request is unknown from here on if it expires. */
  void beginCritical() {}

  /** What was to begin has not: the last {@link #beginCritical} does not count. */
  void refuseCritical() {}

  // ---- other threads

  /**
   * {@code task}, for another thread, with the deadline that is current now: it is interrupted
   * there as it would be here.
   *
   * @return throws {@link DeadlineExceededException} and does not run {@code task} if the time is
   *     over when it is called
   */
  public static Runnable wrap(Runnable task) {
    Supplier<@Nullable Void> wrapped =
        wrapSupplier(
            () -> {
              task.run();
              return null;
            });
    return wrapped::get;
  }

  /** As {@link #wrap(Runnable)}. */
  public static <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<T> task) {
    Callable<T> wrapped = wrapCall(task::get);
    return () -> {
      try {
        return wrapped.call();
      } catch (Exception e) {
        throw ScopedWork.<RuntimeException>unchecked(e); // task has no checked ones
      }
    };
  }

  /** As {@link #wrap(Runnable)}. */
  @SuppressWarnings("try") // the block is all there is to it
  public static <T extends @Nullable Object> Callable<T> wrapCall(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    Deadline deadline = current();
    return () -> {
      deadline.check();
      try (DeadlineScope here = DeadlineScope.join(deadline)) {
        return task.call();
      }
    };
  }

  /**
   * {@code executor}, in which every task has the deadline that is current when it is given. A task
   * whose time is over before it begins does not: its future fails with {@link
   * DeadlineExceededException}.
   */
  public static ExecutorService wrap(ExecutorService executor) {
    return new DeadlineExecutor(executor);
  }

  // ---- for scopes

  /** What makes those act that are nested in this one. */
  abstract Clockwork clockwork();

  /** A scope has been opened inside, on the calling thread. */
  void entered() {}

  /** Somebody is debugging now: no scope has an end. */
  boolean isDebugged() {
    return false;
  }

  /** The innermost fence that the calling thread is inside, null if it is in none. */
  abstract @Nullable InterruptFence fenceHere();

  /**
   * Of the calls of a request that is let run on: its deadline ends none, and they are counted.
   * Once an operator or a stop has ended the request none begins any more.
   */
  static final class LetRun extends Deadline {
    private final RequestDeadline of;

    LetRun(RequestDeadline of) {
      this.of = of;
    }

    @Override
    long remainingNanos() {
      return of.isEndedByOthers() ? 0 : Long.MAX_VALUE;
    }

    /** One is made for each call: those of the same request are the same. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof LetRun another && another.of == of;
    }

    @Override
    public int hashCode() {
      return of.hashCode();
    }

    @Override
    public boolean canEnd() {
      return true; // an adapter would not count what cannot
    }

    @Override
    public Cause cause() {
      return of.cause();
    }

    @Override
    DeadlineExceededException exceeded() {
      return of.exceeded();
    }

    @Override
    boolean change(Change change) {
      return of.change(change);
    }

    @Override
    public void lint(String limit, Duration own) {} // it acts, for nothing else does

    @Override
    IoLedger ledger() {
      return of.ledger();
    }

    @Override
    String whereTimeWent() {
      return of.whereTimeWent();
    }

    @Override
    Clockwork clockwork() {
      return of.clockwork();
    }

    @Override
    @Nullable InterruptFence fenceHere() {
      return of.fenceHere();
    }

    @Override
    public String toString() {
      return "Deadline[none, for calls of " + of + "]";
    }
  }

  /** {@link #NONE}. */
  static final class None extends Deadline {
    @Override
    long remainingNanos() {
      return Long.MAX_VALUE;
    }

    @Override
    public boolean canEnd() {
      return false;
    }

    @Override
    public Cause cause() {
      return Cause.DEADLINE;
    }

    @Override
    DeadlineExceededException exceeded() {
      throw new IllegalStateException("There is no deadline");
    }

    @Override
    boolean change(Change change) {
      return false;
    }

    @Override
    public void lint(String limit, Duration own) {
      DeployedLimits.INSTANCE.known(
          limit, own.isZero() ? Long.MAX_VALUE : DeadlineScope.nanos(own));
    }

    @Override
    @Nullable IoLedger ledger() {
      return null;
    }

    @Override
    String whereTimeWent() {
      return "";
    }

    @Override
    Clockwork clockwork() {
      return SharedClockwork.INSTANCE;
    }

    @Override
    @Nullable InterruptFence fenceHere() {
      return null;
    }

    @Override
    public String toString() {
      return "Deadline[none]";
    }
  }
}
