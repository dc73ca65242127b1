package io.github.deadlinefilter.jdbc;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/** What the exceptions of a connection that was given up say. */
final class GivenUp {
  private static final String GIVEN_UP = "The connection was given up at its deadline";

  /** "Connection failure": what makes a pool throw it away. */
  private static final String BROKEN = "08006";

  private static final int LONGEST_CHAIN = 20;

  private GivenUp() {}

  static SQLException exception() {
    return new SQLNonTransientConnectionException(GIVEN_UP, BROKEN);
  }

  /** Whether somebody has interrupted what failed. */
  static boolean isInterruption(SQLException thrown) {
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < LONGEST_CHAIN; i++, cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof ClosedByInterruptException
          || (cause instanceof InterruptedIOException
              && !(cause instanceof SocketTimeoutException))) {
        return true;
      }
    }
    return false;
  }
}
