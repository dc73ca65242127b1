package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.IoCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/**
 * What stands between one connection and those who use it: lets calls in while there is time, with
 * lowered timeouts, and knows whether the connection is fit for anybody after that.
 *
 * <p>A connection is <i>poisoned</i> from the moment on at which a call on it is cancelled for its
 * deadline: a late cancellation could hit whoever has it next. It can then be rolled back and
 * closed, and does nothing else.
 */
final class Guard {
  /** What is left to roll back and to close, at least. */
  static final int CLEANUP_MILLIS = 1000;

  /** More than any deadline has: 146 years. */
  static final long NO_END = Long.MAX_VALUE / 2;

  private final Connection connection;
  private final NetworkLimit network;

  private final Session session;
  private final UsedStatements statements = new UsedStatements();
  private volatile boolean poisoned;

  /** A call on it was interrupted: it works on, but is not for anybody else. */
  private volatile boolean suspect;

  private volatile boolean aborted;

  /**
   * @param alone whether nobody else has the connection's session until it is closed
   */
  Guard(Connection connection, boolean alone) {
    this.connection = connection;
    this.network = new NetworkLimit(connection);
    this.session = new Session(connection, alone);
  }

  NetworkLimit network() {
    return network;
  }

  Session session() {
    return session;
  }

  /** Those of the connection that have left something to do. */
  UsedStatements statements() {
    return statements;
  }

  // ---- its condition

  void poison() {
    poisoned = true;
  }

  boolean isPoisoned() {
    return poisoned;
  }

  /** Whether nobody may have it after this. */
  boolean isUnfit() {
    return poisoned || suspect;
  }

  boolean isAborted() {
    return aborted;
  }

  /** Cuts the connection: the server rolls back. */
  void abort() {
    synchronized (this) {
      if (aborted) {
        return;
      }
      poisoned = true;
      aborted = true;
    }
    // If that cannot be, it stays until its network timeout, and is closed in place of given back.
    Physical.abort(connection);
  }

  void refusePoisoned() throws SQLException {
    if (poisoned) {
      throw GivenUp.exception();
    }
  }

  /** As {@link #refusePoisoned}, where somebody is about to give it to others. */
  void refuseUnfit() throws SQLException {
    if (isUnfit()) {
      throw GivenUp.exception();
    }
  }

  // ---- calls

  /**
   * What is left in nanoseconds, for the clock is not read twice; {@link #NO_END} if there is none.
   */
  static long leftNanos(Deadline deadline) {
    return deadline == Deadline.NONE ? NO_END : Math.min(deadline.remaining().toNanos(), NO_END);
  }

  /**
   * Calls {@code work} in the driver, within the deadline.
   *
   * @param leftNanos what it has, as read just now; {@link #NO_END} where it {@link
   *     Deadline#canEnd} and has none
   * @param statement what can be cancelled, null if there is nothing but the connection
   * @param target for the ledger; null if it is not worth an entry, for it is seldom more than the
   *     driver's own work
   * @throws DeadlineExceededException if no time is left: {@code work} has not been called
   * @throws SQLException the driver's own; if the time is over that is suppressed in it
   */
  <T extends @Nullable Object> T call(
      Deadline deadline,
      long leftNanos,
      @Nullable GuardedStatement statement,
      @Nullable String target,
      Work<T> work)
      throws SQLException {
    if (leftNanos <= 0) {
      deadline.check();
    }
    refusePoisoned();
    boolean wasInterrupted = Thread.currentThread().isInterrupted();
    boolean wasSuspect = suspect;
    IoCall entry = target == null ? null : deadline.io("sql", target);
    Call call = new Call(this, deadline, statement == null ? null : statement.delegate, true);
    try {
      lower(leftNanos, statement);
      return shielded(work, wasInterrupted);
    } catch (SQLException e) {
      call.leave();
      boolean broken = GivenUp.isInterruption(e) || (suspect && !wasSuspect);
      suspect |= broken;
      throw explained(deadline, e, broken);
    } finally {
      call.leave();
      call.end();
      restoreNetwork();
      if (entry != null) {
        entry.close();
      }
    }
  }

  private void lower(long leftNanos, @Nullable GuardedStatement statement) throws SQLException {
    if (leftNanos == NO_END) { // it may come to one, but nobody knows when
      straight();
      if (statement != null) {
        statement.limit.restore();
      }
      return;
    }
    network.lower(NetworkLimit.forCall(leftNanos));
    if (statement != null) {
      statement.lower(leftNanos);
    } else {
      session.lower(leftNanos);
    }
  }

  /**
   * Calls the driver with the deadline's own interrupt held back: on a virtual thread that would
   * close the socket before the cancellation has reached the server, which then goes on.
   */
  <T extends @Nullable Object> T shielded(Work<T> work, boolean wasInterrupted)
      throws SQLException {
    SessionLimit lowered = session.limit();
    if (lowered != null) {
      lowered.hold(); // for the adapter under the pool, which sees the shield and no deadline
    }
    try {
      return Deadline.<T, SQLException>shield(
          () -> {
            try {
              return work.call();
            } finally {
              suspect |= !wasInterrupted && Thread.currentThread().isInterrupted();
            }
          });
    } finally {
      if (lowered != null) {
        lowered.release();
      }
    }
  }

  /** After a call within a deadline. */
  void restoreNetwork() {
    if (!poisoned) {
      suspect |= !network.restore();
    }
  }

  /** A call without a deadline is next: the server's limit is the application's own for it. */
  void straight() throws SQLException {
    refusePoisoned();
    session.restore();
  }

  /** As {@link #straight}, before it is closed. */
  void restoreSession() throws SQLException {
    if (session.isOursAndLowered()) {
      Work.Action restore = session::restore;
      cleanUp(restore.asWork());
    }
  }

  /** As {@link Session#transactionEnded}, unless nothing is done with the connection any more. */
  void transactionEnded(boolean whole) {
    if (!poisoned) {
      session.transactionEnded(whole);
    }
  }

  /** As {@link Wrapping#unwrap}: what is done with the driver's own objects is not seen here. */
  <T> T unwrap(Object guarded, Wrapper delegate, Class<T> type) throws SQLException {
    if (session.isOurs() && !poisoned && !type.isInstance(guarded)) {
      Work.Action end = session::end;
      cleanUp(end.asWork());
    }
    return Wrapping.unwrap(guarded, delegate, type);
  }

  /** As {@link #call}, straight to the driver if there is no deadline. */
  <T extends @Nullable Object> T call(Work<T> work) throws SQLException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd()) {
      straight();
      return work.call();
    }
    return call(deadline, leftNanos(deadline), null, null, work);
  }

  /** As {@link #call(Work)}. */
  void run(Work.Action action) throws SQLException {
    call(action.asWork());
  }

  /**
   * What an application has to do when its time is over, too, or a pool when it takes the
   * connection back: it is not refused, and has {@link #CLEANUP_MILLIS} at least.
   */
  <T extends @Nullable Object> T cleanUp(Work<T> work) throws SQLException {
    Deadline deadline = Deadline.forCalls();
    long left = leftNanos(deadline);
    if (left == NO_END && !poisoned) {
      return work.call();
    }
    long millis = poisoned ? 0 : NetworkLimit.forCall(left);
    network.lower(Math.max(millis, CLEANUP_MILLIS));
    try {
      return work.call();
    } catch (SQLException e) {
      throw explained(deadline, e, /* broken= */ false);
    } finally {
      suspect |= !network.restore();
    }
  }

  /** As {@link #cleanUp(Work)}, but does nothing with what is poisoned. */
  void reset(Work.Action action) throws SQLException {
    refusePoisoned();
    cleanUp(action.asWork());
  }

  /** Closes something of the connection. What has been aborted has closed it already. */
  void close(Work.Action close) throws SQLException {
    try {
      close.run();
    } catch (SQLException e) {
      if (!aborted) {
        throw e;
      }
    }
  }

  // ---- what an exception says

  /**
   * The driver's own exception, with the reason in it; one that makes pools see what it means.
   *
   * @param broken whether what it tells of has made the connection unfit
   */
  SQLException explained(Deadline deadline, SQLException thrown, boolean broken) {
    if (poisoned || broken) {
      thrown.setNextException(GivenUp.exception());
    }
    return Login.explained(deadline, thrown);
  }
}
