package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call in the driver, or several in a row such as those that read a result, as the deadline sees
 * it: when the time is over, what is inside is cancelled, and the connection aborted if that does
 * not help.
 */
final class Call implements Runnable {
  /** How long a cancellation may take before the connection is aborted. */
  static final long PATIENCE_MILLIS = 250;

  /** A driver cancels nothing if the call has not come far enough: it is told again. */
  private static final long AGAIN_MILLIS = 50;

  private final Guard guard;
  private final @Nullable Statement statement;
  final Deadline deadline;
  private final Deadline.Registration registration;

  // Guarded by this.
  private boolean inside;
  private boolean over;
  private boolean cancelled;
  private boolean cancelling;

  Call(Guard guard, Deadline deadline, @Nullable Statement statement, boolean inside) {
    this.guard = guard;
    this.deadline = deadline;
    this.statement = statement;
    this.inside = inside;
    registration = deadline.cutOnExpire(this);
  }

  // ---- on the caller's thread

  /** Goes inside once more. */
  synchronized void enter() {
    if (over) {
      deadline.check();
    }
    inside = true;
  }

  /** Is outside again: from here on nothing is cancelled. Returns whether it was. */
  synchronized boolean leave() {
    boolean first = inside;
    inside = false;
    if (cancelled && first) {
      notifyAll();
      awaitCancel();
    }
    return cancelled;
  }

  /** No more of it follows. */
  void end() {
    registration.close();
  }

  /** Race with the cancellation: one that is under way would hit what the connection does next. */
  private void awaitCancel() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    boolean interrupted = false;
    while (cancelling && end - System.nanoTime() > 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- at the deadline, on other threads

  /** The time is over. A driver may take long, so it is not done on the thread that tells it. */
  @Override
  public void run() {
    synchronized (this) {
      over = true;
      if (!inside) {
        return;
      }
      guard.poison(); // before the caller can get out, and give the connection to somebody else
      cancelled = true;
    }
    // A driver cancels over a connection of its own: it may take longer than there is patience.
    SqlThreads.abortIn(PATIENCE_MILLIS, this::isInside, guard::abort);
    if (statement != null && !SqlThreads.start(this::cancel)) {
      abort();
    }
  }

  private void cancel() {
    Statement running = Objects.requireNonNull(statement);
    boolean works = true;
    while (works && beginsCancel()) {
      try {
        running.cancel();
      } catch (SQLException | RuntimeException e) {
        works = false; // such as "not supported", or "no longer connected"
      } finally {
        endsCancel();
      }
      if (works && !isInsideFor(TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS))) {
        return;
      }
    }
    abort();
  }

  /** On another thread: it may take as long as the network is gone. */
  private void abort() {
    SqlThreads.abort(this::isInside, guard::abort);
  }

  private synchronized boolean isInside() {
    return inside && !guard.isAborted();
  }

  private synchronized boolean beginsCancel() {
    cancelling = inside && !guard.isAborted();
    return cancelling;
  }

  private synchronized void endsCancel() {
    cancelling = false;
    notifyAll();
  }

  /** Waits until it is outside, for so long. Returns whether it is still inside. */
  private synchronized boolean isInsideFor(long nanos) {
    long end = System.nanoTime() + nanos;
    try {
      while (inside && !guard.isAborted() && end - System.nanoTime() > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return inside;
  }
}
