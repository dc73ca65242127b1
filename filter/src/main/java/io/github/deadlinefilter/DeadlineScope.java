package io.github.deadlinefilter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deadline of the application's own, for the lines between {@link Deadline#within} and {@link
 * #close}.
 *
 * <p>It may be asked and changed by any thread, but is closed by the one that opened it, the inner
 * before the outer.
 */
public final class DeadlineScope extends Deadline implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** How often it is looked whether a debugger that keeps it from firing has gone. */
  private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(1);

  private static volatile boolean saidLeft;

  /** What it is nested in. */
  private final Deadline outer;

  private final Clockwork clockwork;
  private final Enforcement enforcement;
  private final long startNanos;

  /** What is outside does not count: it is a shield. */
  private final boolean shield;

  // ---- of the thread that is inside, and of it alone

  private @Nullable Thread thread;
  private @Nullable Deadline before;
  private @Nullable InterruptFence shielded;
  private final List<Registration> told = new ArrayList<>(1);

  /** It is the part of another thread in a deadline that is not its own. */
  private boolean joins;

  /** Nobody but this scope interrupts its thread. Written before the first alarm is set. */
  private boolean alone;

  /** Null if this scope interrupts nobody, or has not been opened. */
  private volatile @Nullable ScopeFence fence;

  /** {@link Long#MAX_VALUE} for no end of its own. Changed under the monitor. */
  private volatile long lengthNanos;

  // Guarded by this.
  private @Nullable Runnable alarm;
  private boolean closed;

  /** Its own time was over before it was closed. Written under the monitor. */
  private volatile boolean fired;

  private DeadlineScope(Deadline outer, Enforcement enforcement, long lengthNanos, boolean shield) {
    this.outer = outer;
    this.clockwork = outer.clockwork();
    this.enforcement = enforcement;
    this.lengthNanos = lengthNanos;
    this.shield = shield;
    this.startNanos = clockwork.ticker().nanos();
  }

  static DeadlineScope opened(Duration limit, Enforcement enforcement) {
    if (Objects.requireNonNull(enforcement, "enforcement") == Enforcement.ABANDON) {
      throw new IllegalArgumentException(
          "enforcement: a block cannot be abandoned; use Deadline.call or run");
    }
    DeadlineScope scope = unopened(limit, enforcement);
    scope.begin();
    return scope;
  }

  /** In the current deadline, and counting, but on no thread yet. */
  static DeadlineScope unopened(Duration limit, Enforcement enforcement) {
    long nanos = positiveNanos("limit", limit);
    return new DeadlineScope(current(), enforcement, nanos, /* shield= */ false);
  }

  static DeadlineScope shielding() {
    DeadlineScope scope =
        new DeadlineScope(current(), Enforcement.COOPERATE, Long.MAX_VALUE, /* shield= */ true);
    InterruptFence around = current().fenceHere();
    scope.enter();
    if (around != null) {
      around.shield(null);
      scope.shielded = around;
    }
    return scope;
  }

  /** Has the calling thread work for {@code deadline}, and be interrupted as that says. */
  static DeadlineScope join(Deadline deadline) {
    DeadlineScope scope =
        new DeadlineScope(deadline, Enforcement.INTERRUPT, Long.MAX_VALUE, /* shield= */ false);
    scope.joins = true;
    scope.begin();
    return scope;
  }

  static long positiveNanos(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " is not positive");
    }
    return nanos(value);
  }

  /** {@link Long#MAX_VALUE}, which has no end, where it is longer than that. */
  static long nanos(Duration value) {
    return value.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0
        ? Long.MAX_VALUE
        : value.toNanos();
  }

  // ---- on the thread that is inside

  /** The calling thread goes inside, and may be interrupted from now on. */
  void begin() {
    // That of the thread, which may be inside another request than this belongs to: it may do for
    // somebody what somebody else waits for.
    InterruptFence around = current().fenceHere();
    alone = outer.fenceHere() == null;
    enter();
    try {
      open(around);
    } catch (Throwable t) { // no thread for the alarm, say: nobody will close it
      leave();
      throw t;
    }
  }

  private void open(@Nullable InterruptFence around) {
    if (enforcement != Enforcement.COOPERATE) {
      ScopeFence opened = new ScopeFence(around);
      opened.open(Thread.currentThread());
      fence = opened;
    }
    outer.entered();
    told.add(outer.onExpire(this));
    if (joins) {
      // What is around the one that is joined may be over later than that is closed.
      for (Deadline further = outer;
          further instanceof DeadlineScope scope && !scope.shield;
          further = scope.outer) {
        told.add(scope.outer.onExpire(this));
      }
    }
    setAlarm();
  }

  private void enter() {
    thread = Thread.currentThread();
    before = replaceCurrent(this);
  }

  /** Whether its own time was over before it was closed. */
  public boolean hasFired() {
    return fired;
  }

  /**
   * Ends the scope. What it has registered is forgotten, no interrupt of its own is left behind.
   * Idempotent.
   *
   * @throws IllegalStateException on another thread than the one that opened it; or if a scope
   *     inside has not been closed, which is closed first, so that nothing is left behind
   */
  @Override
  public void close() {
    Thread opener = thread;
    if (opener == null) {
      return;
    } else if (opener != Thread.currentThread()) {
      throw new IllegalStateException("The scope of " + opener + " is closed by another thread");
    }
    boolean misnested = false;
    while (current() instanceof DeadlineScope inner && inner != this && inner.thread == opener) {
      misnested = true;
      inner.leave();
    }
    leave();
    if (misnested) {
      throw new IllegalStateException("A scope was closed while one inside it was still open");
    }
  }

  /**
   * Closes what an application has left open on the calling thread, down to {@code base}: it would
   * interrupt whatever the thread does next.
   */
  static void closeLeft(Deadline base) {
    while (current() instanceof DeadlineScope left
        && left != base
        && left.thread == Thread.currentThread()) {
      left.leave();
      if (!saidLeft) {
        saidLeft = true;
        LOG.log(
            System.Logger.Level.WARNING,
            "A scope was left open at the end of a request: use Deadline.within in a"
                + " try-with-resources statement");
      }
    }
  }

  private void leave() {
    synchronized (this) {
      // Whoever is first: the clock decides, not whether the timer has come to it.
      fired |= ownNanos() <= 0;
      closed = true;
      clearAlarm();
    }
    InterruptFence inside = fence;
    if (inside != null) {
      inside.close();
    }
    if (shielded != null) {
      shielded.unshield(null);
    }
    told.forEach(Registration::close);
    if (joins) {
      handOver(outer.stillOpen()); // what a part has begun goes on with its deadline
    }
    thread = null;
    replaceCurrent(before);
  }

  /** Somebody inside has noticed an interrupt, and with it one of the application's own. */
  boolean isOwnTaken() {
    ScopeFence inside = fence;
    return inside != null && inside.isOwnTaken();
  }

  // ---- at the end

  private synchronized void setAlarm() {
    clearAlarm();
    if (!closed && !fired && lengthNanos < Long.MAX_VALUE) {
      long own = ownNanos();
      alarm = clockwork.alarm(own == Long.MAX_VALUE ? LOOK_AGAIN : Math.max(0, own), this::ring);
    }
  }

  private void clearAlarm() {
    Runnable set = alarm;
    alarm = null;
    if (set != null) {
      set.run();
    }
  }

  /** On the timer's thread: does nothing that blocks, but where somebody may be debugging. */
  private void ring() {
    synchronized (this) {
      if (closed || fired) {
        return;
      }
      if (ownNanos() > 0) { // it has been extended, or somebody is debugging
        setAlarm();
        return;
      }
      fired = true;
    }
    boolean interrupts = enforcement == Enforcement.INTERRUPT;
    cancelAll(interrupts);
    if (interrupts) {
      clockwork.act(this::interrupt);
    }
  }

  /** Interrupts whoever is inside. Returns whether somebody was. */
  boolean interrupt() {
    // Race with close(): the fence is closed by then, and nobody is interrupted.
    InterruptFence inside = fence;
    return inside != null && inside.interrupt();
  }

  /**
   * What is outside is over. On the thread that tells it: does nothing that blocks.
   *
   * @param interrupts whether those are interrupted that work for it
   */
  void outerExpired(boolean interrupts) {
    cancelAll(interrupts);
    boolean leftBehind = fired && enforcement == Enforcement.ABANDON;
    if (interrupts && alone && !leftBehind) { // else the one outside does it
      clockwork.act(this::interrupt);
    }
  }

  /** Its own time is over, and its caller goes on without it. */
  void abandon() {
    synchronized (this) {
      fired = true;
      clearAlarm();
    }
    cancelAll(/* interrupts= */ false);
  }

  /** Whether what is outside is over. */
  boolean isOuterOver() {
    return !shield && outer.isExpired();
  }

  // ---- how much is left

  private long ownNanos() {
    return outer.isDebugged() ? Long.MAX_VALUE : leftNanos();
  }

  /** Also while somebody is debugging. */
  private long leftNanos() {
    long length = lengthNanos;
    return length == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : length - (clockwork.ticker().nanos() - startNanos);
  }

  @Override
  long remainingNanos() {
    long own = fired ? Math.min(0, ownNanos()) : ownNanos();
    return shield ? own : Math.min(own, outer.remainingNanos());
  }

  @Override
  Deadline ofCalls() {
    return joins ? outer.ofCalls() : this;
  }

  @Override
  public boolean canEnd() {
    return !shield && (!joins || outer.canEnd());
  }

  @Override
  long remainingBehindShieldsNanos() {
    return Math.min(remainingNanos(), outer.remainingBehindShieldsNanos());
  }

  @Override
  DeadlineExceededException exceededBehindShields() {
    return isOwnOver() || ownNanos() <= outer.remainingBehindShieldsNanos()
        ? ofThis()
        : outer.exceededBehindShields();
  }

  @Override
  boolean isDebugged() {
    return outer.isDebugged();
  }

  private boolean isOwnOver() {
    return fired || ownNanos() <= 0;
  }

  @Override
  public Cause cause() {
    return shield || isOwnOver() ? Cause.DEADLINE : outer.cause();
  }

  @Override
  DeadlineExceededException exceeded() {
    return shield || isOwnOver() ? ofThis() : outer.exceeded();
  }

  private DeadlineExceededException ofThis() {
    return new DeadlineExceededException(this, Duration.ofNanos(lengthNanos));
  }

  @Override
  boolean change(Change change) {
    if (joins || shield) {
      return outer.change(change); // it has none of its own
    }
    synchronized (this) {
      if (closed || fired || remainingNanos() <= 0) {
        return false;
      }
      long changed = change.apply(Math.max(0, leftNanos()));
      long elapsed = clockwork.ticker().nanos() - startNanos;
      lengthNanos = changed < Long.MAX_VALUE - elapsed ? elapsed + changed : Long.MAX_VALUE;
    }
    setAlarm();
    return true;
  }

  @Override
  public void lint(String limit, Duration own) {
    outer.lint(limit, own);
  }

  @Override
  @Nullable IoLedger ledger() {
    return outer.ledger();
  }

  @Override
  String whereTimeWent() {
    return outer.whereTimeWent();
  }

  @Override
  void beginCritical() {
    outer.beginCritical();
  }

  @Override
  void refuseCritical() {
    outer.refuseCritical();
  }

  @Override
  Clockwork clockwork() {
    return clockwork;
  }

  @Override
  Deadline stillOpen() {
    boolean ended;
    synchronized (this) {
      ended = closed;
    }
    return ended ? outer.stillOpen() : this;
  }

  @Override
  void entered() {
    outer.entered();
  }

  @Override
  @Nullable InterruptFence fenceHere() {
    InterruptFence own = fence;
    return own != null && own.isHere() ? own : outer.fenceHere();
  }

  @Override
  public String toString() {
    return isUnlimited()
        ? "Deadline[none]"
        : "Deadline[" + DeadlineExceededException.SCOPE + ", left " + remaining() + "]";
  }
}
