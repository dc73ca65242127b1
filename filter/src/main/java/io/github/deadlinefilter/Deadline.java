package io.github.deadlinefilter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The instant at which the current request must be answered, and what is to be cancelled then.
 *
 * <p>On a route with {@code until=commit} it is lifted when the response begins; with {@code idle}
 * it is from then on the instant at which the response is cut unless it makes progress before.
 *
 * <p>Thread-safe. {@link #current()} knows the request's deadline on the thread that runs the
 * request's chain and in tasks given to {@link jakarta.servlet.AsyncContext#start}; elsewhere it is
 * {@link #NONE}.
 */
public final class Deadline {
  /** No deadline: never passes, and nothing that is registered with it is ever called. */
  public static final Deadline NONE =
      new Deadline(Ticker.SYSTEM, "none", Route.NO_DEADLINE, Runnable::run);

  private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

  private final Ticker ticker;
  private final String route;
  private final long lengthNanos;
  private final long startNanos;
  private final Executor cancellers;

  /** The response has begun and the route says until=commit: only the idle limit counts now. */
  private volatile boolean begun;

  /** Somebody is debugging: it has no end, whatever it was. */
  private volatile boolean suspended;

  // Written before begun is.
  private volatile long idleNanos;
  private volatile long progressNanos;

  /** Why the run was told to end before its time, null if it was not. */
  private volatile @Nullable Reason endedEarly;

  // Guarded by this.
  private @Nullable Deque<Registration> registrations;
  private boolean expired;

  /**
   * A deadline that begins now.
   *
   * @param lengthNanos nanoseconds, or {@link Route#NO_DEADLINE}
   * @param cancellers runs what {@link #onExpire} was given
   */
  Deadline(Ticker ticker, String route, long lengthNanos, Executor cancellers) {
    this.ticker = ticker;
    this.route = route;
    this.lengthNanos = lengthNanos;
    this.startNanos = ticker.nanos();
    this.cancellers = cancellers;
  }

  /** The deadline of the request that this thread works for, else {@link #NONE}. Never null. */
  public static Deadline current() {
    Deadline deadline = CURRENT.get();
    return deadline == null ? NONE : deadline;
  }

  /** Makes {@code deadline} the current one of this thread, null for none; returns the previous. */
  static @Nullable Deadline replaceCurrent(@Nullable Deadline deadline) {
    Deadline before = CURRENT.get();
    if (deadline == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(deadline);
    }
    return before;
  }

  /** The time left, never negative; {@code Duration.ofNanos(Long.MAX_VALUE)} if there is no end. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, remainingNanos()));
  }

  /** Nanoseconds left, negative once passed; {@link Long#MAX_VALUE} if there is no end. */
  long remainingNanos() {
    if (endedEarly != null) {
      return 0;
    }
    if (isUnlimited()) {
      return Long.MAX_VALUE;
    }
    return begun ? idleNanos - (ticker.nanos() - progressNanos) : lengthNanos - elapsedNanos();
  }

  long elapsedNanos() {
    return ticker.nanos() - startNanos;
  }

  /** The full length in nanoseconds. */
  long lengthNanos() {
    return lengthNanos;
  }

  private boolean isUnlimited() {
    return suspended
        || (begun ? idleNanos == Route.NO_IDLE_LIMIT : lengthNanos == Route.NO_DEADLINE);
  }

  /** Whether no time is left. */
  public boolean isExpired() {
    return remainingNanos() <= 0;
  }

  /**
   * For loops that want to stop by themselves.
   *
   * @throws DeadlineExceededException if no time is left
   */
  public void check() {
    if (isExpired()) {
      throw exceeded();
    }
  }

  DeadlineExceededException exceeded() {
    Reason early = endedEarly;
    return early == null && begun && idleNanos != Route.NO_IDLE_LIMIT
        ? new DeadlineExceededException(route, Duration.ofNanos(idleNanos), Reason.IDLE)
        : new DeadlineExceededException(route, Duration.ofNanos(lengthNanos), early);
  }

  /**
   * The smaller of a limit of your own and the time left: for a client's own timeout setting.
   *
   * @param own zero or more
   * @throws IllegalArgumentException if {@code own} is negative
   */
  public Duration cap(Duration own) {
    if (own.isNegative()) {
      throw new IllegalArgumentException("own: " + own + " is negative");
    }
    Duration left = remaining();
    return own.compareTo(left) <= 0 ? own : left;
  }

  /**
   * Calls {@code cancellation} once if the request expires before the registration is closed, on a
   * thread of the filter's own: it may block, and one that blocks or throws does not stop the
   * others. The latest registered is started first. If the request has expired already it is called
   * at once, on that thread too.
   */
  public Registration onExpire(Runnable cancellation) {
    Registration registration =
        new Registration(Objects.requireNonNull(cancellation, "cancellation"));
    if (this == NONE) {
      return registration;
    }
    synchronized (this) {
      if (!expired) {
        if (registrations == null) {
          registrations = new ArrayDeque<>();
        }
        registrations.push(registration);
        return registration;
      }
    }
    cancellers.execute(registration::start);
    return registration;
  }

  /** The request expired: starts what is registered. Returns how many there were. */
  int cancelAll() {
    Registration[] due;
    synchronized (this) {
      expired = true;
      due =
          registrations == null ? new Registration[0] : registrations.toArray(Registration[]::new);
      registrations = null;
    }
    for (Registration registration : due) {
      cancellers.execute(registration::start);
    }
    return due.length;
  }

  /**
   * The response has begun and that is all that the route asks for, if it goes on making progress.
   *
   * @param idleLimitNanos from now, and from each progress; or {@link Route#NO_IDLE_LIMIT}
   * @return false if it had begun before
   */
  boolean begin(long idleLimitNanos) {
    if (begun) {
      return false;
    }
    idleNanos = idleLimitNanos;
    progressNanos = ticker.nanos();
    begun = true;
    return true;
  }

  boolean hasBegun() {
    return begun;
  }

  /** Bytes of the request or the response have moved. */
  void progress() {
    progressNanos = ticker.nanos();
  }

  /** From now on it has no end, but for {@link #expireNow}. */
  void suspend() {
    suspended = true;
  }

  boolean isSuspended() {
    return suspended;
  }

  /** The deadline is now, whatever it was, and for this reason if it was not over anyway. */
  void expireNow(Reason why) {
    if (remainingNanos() > 0) {
      endedEarly = why;
    }
  }

  @Override
  public String toString() {
    return isUnlimited() ? "Deadline[none]" : "Deadline[" + route + ", left " + remaining() + "]";
  }

  /** What {@link Deadline#onExpire} registered. {@link #close()} it when the work is done. */
  public final class Registration implements AutoCloseable {
    private final Runnable cancellation;

    /** Started or closed, whichever was first. */
    private final AtomicBoolean settled = new AtomicBoolean();

    private Registration(Runnable cancellation) {
      this.cancellation = cancellation;
    }

    private void start() {
      // Race with close(): what was waiting for a thread must not cancel a statement or connection
      // that somebody else uses by then.
      if (settled.compareAndSet(false, true)) {
        cancellation.run();
      }
    }

    /** Forgets the cancellation, if it has not been started. Idempotent, and does not wait. */
    @Override
    public void close() {
      settled.set(true);
      synchronized (Deadline.this) {
        if (registrations != null) {
          registrations.remove(this);
        }
      }
    }
  }
}
