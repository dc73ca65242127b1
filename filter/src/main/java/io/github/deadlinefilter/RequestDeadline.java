package io.github.deadlinefilter;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of a request. What happens at its end is {@link Expiry}'s to do; this only knows
 * when that is.
 *
 * <p>On a route with {@code until=commit} it is lifted when the response begins; with {@code idle}
 * it is from then on the instant at which the response is cut unless it makes progress before.
 */
sealed class RequestDeadline extends Deadline {
  private final Clockwork clockwork;
  private final String route;
  private final long startNanos;

  /** {@link Route#NO_DEADLINE} for no end. Changed under the monitor. */
  private volatile long lengthNanos;

  private @Nullable RequestRun run;

  /** The response has begun and the route says until=commit: only the idle limit counts now. */
  private volatile boolean begun;

  /** Somebody is debugging: it has no end, whatever it was. */
  private volatile boolean suspended;

  /** Guarded by this: it is over, and may not be extended any more. */
  private boolean settled;

  /** Guarded by this: its request has ended in time, and nobody else watches it any more. */
  private boolean outlivesRequest;

  // Written before begun is.
  private volatile long idleNanos;
  private volatile long progressNanos;

  /** Why the run was told to end before its time, null if it was not. */
  private volatile @Nullable Reason endedEarly;

  /** Null as long as nothing has been called. Written under the monitor. */
  private volatile @Nullable IoLedger ledger;

  /** How many critical actions have begun. Changed under the monitor. */
  private volatile int critical;

  /**
   * A deadline that begins now.
   *
   * @param lengthNanos nanoseconds, or {@link Route#NO_DEADLINE}
   */
  RequestDeadline(Clockwork clockwork, String route, long lengthNanos) {
    this(clockwork, route, lengthNanos, /* waitedNanos= */ 0);
  }

  private RequestDeadline(Clockwork clockwork, String route, long lengthNanos, long waitedNanos) {
    this.clockwork = clockwork;
    this.route = route;
    this.lengthNanos = lengthNanos;
    this.startNanos = clockwork.ticker().nanos() - waitedNanos;
  }

  /**
   * A deadline that began before the request came here.
   *
   * @param routeNanos what its route has: {@code lengthNanos}, or more if its client asks for less
   * @param waitedNanos how long ago; 0 or more
   */
  static RequestDeadline begun(
      Clockwork clockwork, String route, long lengthNanos, long routeNanos, long waitedNanos) {
    return waitedNanos == 0 && lengthNanos == routeNanos
        ? new RequestDeadline(clockwork, route, lengthNanos)
        : new FromOutside(clockwork, route, lengthNanos, routeNanos, waitedNanos);
  }

  /** A class of its own, so that the others need not carry the numbers. */
  private static final class FromOutside extends RequestDeadline {
    private final long routeNanos;
    private final long waitedNanos;

    FromOutside(
        Clockwork clockwork, String route, long lengthNanos, long routeNanos, long waitedNanos) {
      super(clockwork, route, lengthNanos, waitedNanos);
      this.routeNanos = lengthNanos < routeNanos ? routeNanos : 0;
      this.waitedNanos = waitedNanos;
    }

    @Override
    long routeNanos() {
      return routeNanos;
    }

    @Override
    long waitedNanos() {
      return waitedNanos;
    }
  }

  /**
   * Loads what a late worker may need to hear that it is late, and to leave: its application may
   * have been stopped by then, and the class loader with it.
   */
  static void preload(Clockwork clockwork) {
    RequestDeadline sample = new RequestDeadline(clockwork, Route.DEFAULT_NAME, Route.NO_DEADLINE);
    sample.io("", "").close();
    sample.expireNow(Reason.STOPPING);
    DeadlineExceededException unused = sample.exceeded();
    DeadlineScope.closeLeft(sample);
  }

  /** The calling thread works for it no more, and for {@code before} again, null for none. */
  void leave(@Nullable Deadline before) {
    DeadlineScope.closeLeft(this);
    replaceCurrent(before);
  }

  /** The run that is to be told of changes, before anybody else knows this deadline. */
  void of(RequestRun run) {
    this.run = run;
  }

  @Override
  long remainingNanos() {
    RequestRun of = run;
    if (endedEarly != null || (of != null && of.isExpired())) {
      return 0; // it stays so: what still moves after an idle limit is not progress
    }
    if (hasNoEnd()) {
      return Long.MAX_VALUE;
    }
    return begun ? idleNanos - (clockwork.ticker().nanos() - progressNanos) : leftNanos();
  }

  private long leftNanos() {
    return lengthNanos - elapsedNanos();
  }

  long elapsedNanos() {
    return clockwork.ticker().nanos() - startNanos;
  }

  /** Of when it began, which tells most requests apart. */
  int startHash() {
    return Long.hashCode(startNanos * 0x9E3779B97F4A7C15L); // Knuth's multiplicative hashing
  }

  /** How much of {@link #elapsedNanos} was over when the request came here. */
  long waitedNanos() {
    return 0;
  }

  /** What the route has, of {@link #elapsedNanos}, if the client has asked for less; else 0. */
  long routeNanos() {
    return 0;
  }

  /** The full length in nanoseconds. */
  long lengthNanos() {
    return lengthNanos;
  }

  @Override
  public boolean canEnd() {
    return true;
  }

  @Override
  Deadline ofCalls() {
    RequestRun of = run;
    return of == null || of.route.onExpiry() != OnExpiry.ABANDON ? this : new LetRun(this);
  }

  /** By an operator, or because the application stops, whether it was over before or not. */
  boolean isEndedByOthers() {
    RequestRun of = run;
    return of != null && (of.reason() == Reason.CANCELLED || of.runs().isStopping());
  }

  private boolean hasNoEnd() {
    return suspended
        || (begun ? idleNanos == Route.NO_IDLE_LIMIT : lengthNanos == Route.NO_DEADLINE);
  }

  @Override
  public Cause cause() {
    Reason early = endedEarly;
    if (early == null) {
      return begun && idleNanos != Route.NO_IDLE_LIMIT ? Cause.IDLE : Cause.DEADLINE;
    }
    return switch (early) {
      case CLIENT_GONE -> Cause.CLIENT_GONE;
      case CANCELLED -> Cause.CANCELLED;
      case STOPPING -> Cause.SHUTDOWN;
      default -> Cause.DEADLINE; // an asynchronous request that was refused when it came back
    };
  }

  @Override
  DeadlineExceededException exceeded() {
    Cause why = cause();
    long length = why == Cause.IDLE ? idleNanos : lengthNanos;
    return new DeadlineExceededException(route, Duration.ofNanos(length), why, whereTimeWent());
  }

  /**
   * The response has begun and that is all that the route asks for, if it goes on making progress.
   *
   * @param idleLimitNanos from now, and from each progress; or {@link Route#NO_IDLE_LIMIT}
   * @return false if it had begun before
   */
  boolean begin(long idleLimitNanos) {
    return !begun && beginNow(idleLimitNanos);
  }

  private synchronized boolean beginNow(long idleLimitNanos) {
    if (begun) {
      return false; // race of whoever writes with whoever watches
    }
    idleNanos = idleLimitNanos;
    progressNanos = clockwork.ticker().nanos();
    begun = true;
    return true;
  }

  boolean hasBegun() {
    return begun;
  }

  /** Bytes of the request or the response have moved. */
  void progress() {
    progressNanos = clockwork.ticker().nanos();
  }

  /** From now on it has no end, but for {@link #expireNow}. */
  void suspend() {
    suspended = true;
  }

  /** Whether it has no end because somebody is debugging, or was when it would have been over. */
  boolean isSuspended() {
    return suspended || isDebugged();
  }

  @Override
  boolean isDebugged() {
    RequestRun of = run;
    return of != null && of.runs().expiry().isDebugged();
  }

  /** The deadline is now, whatever it was, and for this reason if it was not over anyway. */
  void expireNow(Reason why) {
    if (remainingNanos() > 0) {
      endedEarly = why;
    }
  }

  /** A request whose client had gone is dispatched all the same: what it has left is its own. */
  void dispatched() {
    if (endedEarly == Reason.CLIENT_GONE) {
      endedEarly = null;
      revive();
    }
  }

  /**
   * Whether it is over, and stays so. Race with {@link #change}: an application that is told that
   * it has more time has it.
   */
  synchronized boolean settle() {
    settled |= remainingNanos() <= 0;
    return settled;
  }

  @Override
  boolean change(Change change) {
    synchronized (this) {
      if (settled || remainingNanos() <= 0) {
        return false;
      }
      // What is over while a response makes progress would be over again if it were not lifted.
      long left = lengthNanos == Route.NO_DEADLINE ? Long.MAX_VALUE : Math.max(0, leftNanos());
      long changed = change.apply(left);
      long elapsed = elapsedNanos();
      lengthNanos = changed < Long.MAX_VALUE - elapsed ? elapsed + changed : Route.NO_DEADLINE;
    }
    RequestRun told = run;
    if (told != null) {
      told.deadlineChanged();
    }
    watchAgain();
    return true;
  }

  /** Its request has ended in time: who is registered here, or will be, is told by this itself. */
  synchronized void outliveRequest() {
    outlivesRequest = true;
    idleNanos = Route.NO_IDLE_LIMIT; // of a response, and there is none any more
    if (hasRegistrations()) {
      registrationsChanged(/* any= */ true);
    }
  }

  /** Has its end looked for again, if nobody else does and somebody is to be told. */
  synchronized void watchAgain() {
    registrationsChanged(hasRegistrations());
  }

  @Override
  void registrationsChanged(boolean any) {
    RequestRun of = run;
    if (!outlivesRequest || of == null) {
      return;
    } else if (any) {
      of.runs().leftBehind().watch(of);
    } else {
      of.runs().leftBehind().forget(of);
    }
  }

  @Override
  public void lint(String limit, Duration own) {
    RequestRun of = run;
    if (of != null && of.route.until() == Until.COMMIT) {
      return; // it acts, once the response has begun
    }
    long nanos = own.isZero() ? Long.MAX_VALUE : DeadlineScope.nanos(own);
    long length = of == null ? lengthNanos : of.bulkhead.deadlineNanos();
    clockwork.linter().compare(limit, nanos, route, length);
  }

  @Override
  IoLedger ledger() {
    IoLedger made = ledger;
    return made == null ? makeLedger() : made;
  }

  private synchronized IoLedger makeLedger() {
    IoLedger made = ledger;
    if (made == null) {
      made = new IoLedger(clockwork.ticker(), startNanos);
      ledger = made;
    }
    return made;
  }

  @Override
  String whereTimeWent() {
    IoLedger made = ledger;
    return made == null ? "" : made.summary();
  }

  /** What has been called outside the JVM, as {@link IoLedger#calls}. */
  List<String> calls() {
    IoLedger made = ledger;
    return made == null ? List.of() : made.calls();
  }

  /** How long what has been called outside the JVM has taken, calls side by side added up. */
  long ioNanos() {
    IoLedger made = ledger;
    return made == null ? 0 : made.nanos();
  }

  /** What outside the JVM has taken most of its time; empty if nothing has. */
  String dependency() {
    IoLedger made = ledger;
    return made == null ? "" : made.most(elapsedNanos());
  }

  @Override
  synchronized void beginCritical() {
    critical++;
  }

  @Override
  synchronized void refuseCritical() {
    critical--;
  }

  /** Something has begun that must be done whole or not at all. */
  boolean isOutcomeUnknown() {
    return critical > 0;
  }

  @Override
  Clockwork clockwork() {
    return clockwork;
  }

  @Override
  void entered() {
    RequestRun of = run;
    if (of != null) {
      of.scoped();
    }
  }

  @Override
  @Nullable InterruptFence fenceHere() {
    return run != null && run.interrupts.isHere() ? run.interrupts : null;
  }

  @Override
  public String toString() {
    return isUnlimited() ? "Deadline[none]" : "Deadline[" + route + ", left " + remaining() + "]";
  }
}
