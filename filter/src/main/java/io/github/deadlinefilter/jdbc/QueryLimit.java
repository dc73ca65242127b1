package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The query timeout of one statement: the application's own, or what is left, rounded up to whole
 * seconds.
 *
 * <p>What is lowered stays so until it has to be something else: a driver may have to prepare the
 * statement again for it. The application does not see it.
 */
final class QueryLimit {
  private static final int UNKNOWN = -1;

  private final Statement statement;

  /** In seconds, zero for none. */
  private int own = UNKNOWN;

  /** What the driver has. */
  private int inForce = UNKNOWN;

  private boolean supported = true;

  QueryLimit(Statement statement) {
    this.statement = statement;
  }

  int own() throws SQLException {
    return own == UNKNOWN ? statement.getQueryTimeout() : own;
  }

  void setOwn(int seconds) throws SQLException {
    statement.setQueryTimeout(seconds);
    own = seconds;
    inForce = seconds;
  }

  /** Has the application's own named if it is longer than {@code deadline}. */
  void lint(Deadline deadline) {
    if (own > 0) {
      deadline.lint("query timeout of the application", Duration.ofSeconds(own));
    }
  }

  void lower(long leftNanos, Product product) throws SQLException {
    if (!supported || !product.timesStatements) {
      return;
    }
    try {
      if (own == UNKNOWN) {
        own = statement.getQueryTimeout();
        inForce = own;
      }
      long left = (leftNanos + 999_999_999) / 1_000_000_000;
      int limit = (int) Math.min(Math.max(left, 1), Integer.MAX_VALUE);
      set(own == 0 ? limit : Math.min(own, limit));
    } catch (SQLFeatureNotSupportedException e) {
      supported = false;
    }
  }

  /** As it was, for a call without a deadline, and for who gets the driver's statement next. */
  void restore() throws SQLException {
    if (inForce != own) {
      set(own);
    }
  }

  /** Before the statement is closed: it may be kept for somebody else. */
  void close() {
    try {
      restore();
    } catch (SQLException e) {
      // Then it is closed already.
    }
  }

  private void set(int seconds) throws SQLException {
    if (inForce != seconds) {
      statement.setQueryTimeout(seconds);
      inForce = seconds;
    }
  }
}
