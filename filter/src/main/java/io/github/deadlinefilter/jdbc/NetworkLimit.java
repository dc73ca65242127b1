package io.github.deadlinefilter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.Executor;

/**
 * The network timeout of one connection: the application's own, or less while a call is in
 * progress.
 *
 * <p>Used by one thread at a time, as its connection is.
 */
final class NetworkLimit {
  /** For a driver that wants to set it on another thread: it is needed now. */
  static final Executor AT_ONCE = Runnable::run;

  private static final int UNKNOWN = -1;

  private final Connection connection;
  private int own = UNKNOWN;
  private boolean lowered;
  private boolean supported = true;

  NetworkLimit(Connection connection) {
    this.connection = connection;
  }

  /** The application has set its own. */
  void setOwn(int millis) {
    own = millis;
    lowered = false;
  }

  /** The application's own, whatever is in force. */
  int own() throws SQLException {
    return lowered ? own : connection.getNetworkTimeout();
  }

  /**
   * What a call may take: what is left, and then as long as it takes to cancel and to abort it. A
   * driver whose own timeout comes first only drops its socket, and its server goes on with the
   * query. So this ends no more than what those two could not, in a network that is gone.
   */
  static long forCall(long leftNanos) {
    return (leftNanos + 999_999) / 1_000_000 + 2 * Call.PATIENCE_MILLIS;
  }

  /** No more than {@code millis}, and than its own. */
  void lower(long millis) throws SQLException {
    if (!supported) {
      return;
    }
    try {
      if (own == UNKNOWN) {
        own = connection.getNetworkTimeout();
      }
      long limit = Math.min(Math.max(millis, 1), Integer.MAX_VALUE);
      if (own == 0 || limit < own) {
        connection.setNetworkTimeout(AT_ONCE, (int) limit);
        lowered = true;
      }
    } catch (SQLFeatureNotSupportedException | AbstractMethodError e) {
      supported = false;
    }
  }

  /**
   * As it was.
   *
   * @return false if that is not possible
   */
  boolean restore() {
    if (lowered) {
      lowered = false;
      try {
        connection.setNetworkTimeout(AT_ONCE, own);
      } catch (SQLException e) { // as a driver does that has closed it
        return false;
      }
    }
    return true;
  }
}
