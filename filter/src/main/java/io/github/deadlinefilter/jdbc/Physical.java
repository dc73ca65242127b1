package io.github.deadlinefilter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** The driver's own connection behind what a pool gives out. */
final class Physical {
  /** Nobody wraps deeper. */
  private static final int DEEPEST = 20;

  private Physical() {}

  /** {@code connection} itself if it does not say what is behind it. */
  static Connection of(Connection connection) {
    Connection found = connection;
    try {
      for (int i = 0; i < DEEPEST; i++) {
        Connection next = found.unwrap(Connection.class);
        if (next == null || next == found) {
          break;
        }
        found = next;
      }
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      // It is the one.
    }
    return found;
  }

  /** Cuts it, if its driver can: where a pool's does not pass that on, its driver's own. */
  static void abort(Connection connection) {
    if (DriverClient.abort(connection)) {
      return;
    }
    try {
      connection.abort(NetworkLimit.AT_ONCE);
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      Connection physical = of(connection);
      if (physical != connection) {
        abort(physical);
      }
    }
  }

  /** Has it closed, whatever a pool does with what it gets back. */
  static void close(Connection connection) {
    Connection physical = of(connection); // first: what is aborted may say nothing more
    abort(connection);
    boolean unused = DriverClient.end(physical); // the driver's own pool finds it closed
    try {
      if (physical != connection && !physical.isClosed()) {
        physical.close();
      }
    } catch (SQLException | RuntimeException e) {
      // It is gone.
    }
  }
}
