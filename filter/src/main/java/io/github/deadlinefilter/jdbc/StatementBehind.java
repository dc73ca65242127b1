package io.github.deadlinefilter.jdbc;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * What is behind a result that comes otherwise than from an application's statement. Nobody has
 * made it, so that nobody closes it: it is forgotten with its result, for a pool's connection would
 * know all of them as long as it lives.
 */
final class StatementBehind extends GuardedStatement {
  StatementBehind(GuardedConnection connection, Statement delegate) {
    super(connection, delegate);
  }

  @Override
  void ended(GuardedResultSet result) {
    super.ended(result);
    if (!hasUnread() && !isLowered()) {
      guard.statements().remove(this);
    }
  }

  /** Whoever has found it by its result may have executed something. */
  private boolean isLowered() {
    try {
      return limit.own() != delegate.getQueryTimeout();
    } catch (SQLException e) {
      return false; // it is closed
    }
  }
}
