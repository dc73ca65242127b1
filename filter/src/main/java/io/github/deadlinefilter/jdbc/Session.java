package io.github.deadlinefilter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's session of one connection, and the limit in it, if there may be one. Where others
 * may have the session that is the limit of the adapter under the pool, for as long as a call
 * lasts.
 *
 * <p>Used by one thread at a time, as the connection is.
 */
final class Session {
  private final Connection connection;
  private final boolean ours;

  /** Null if others may have it, and as long as nobody has asked for it. */
  private @Nullable SessionLimit limit;

  private boolean known;
  private @Nullable Product product;

  /**
   * @param ours whether nobody else has it until the connection is closed
   */
  Session(Connection connection, boolean ours) {
    this.connection = connection;
    this.ours = ours;
    this.limit = ours ? new SessionLimit(connection) : null;
    this.known = ours;
  }

  boolean isOurs() {
    return ours;
  }

  /** Its own, or that of the adapter under the pool. */
  @Nullable SessionLimit limit() {
    if (!known) {
      limit = SessionLimit.under(connection);
      known = true;
    }
    return limit;
  }

  Product product() throws SQLException {
    Product is = product;
    if (is == null) {
      is = Product.of(connection);
      product = is;
    }
    return is;
  }

  // ---- before a call, and after the last

  /** The application's own limit is in force again. */
  void restore() {
    if (limit != null) {
      limit.restore();
    }
  }

  boolean isOursAndLowered() {
    return ours && limit != null && limit.isLowered();
  }

  /** What another call has left in force may be too short for this one, which needs none itself. */
  void lower(long leftNanos) throws SQLException {
    SessionLimit lowered = limit();
    if (lowered != null && lowered.isLowered()) {
      lowered.lengthen(leftNanos, product());
    }
  }

  /** The application has it for itself from now on. */
  void end() {
    if (limit != null) {
      limit.end();
    }
  }

  // ---- what the application does

  /**
   * What is set now stays after a rollback.
   *
   * @param leftNanos of the deadline, or {@link Guard#NO_END}
   */
  void beforeTransaction(long leftNanos) throws SQLException {
    if (leftNanos == Guard.NO_END) {
      restore();
      return;
    }
    SessionLimit of = leftNanos <= 0 ? null : limit();
    if (of != null) {
      of.beforeTransaction(leftNanos, product());
    }
  }

  /**
   * What was set in a transaction may be undone.
   *
   * @param whole the transaction has ended for certain, and not only gone back to a savepoint: what
   *     is done about it then is committed
   */
  void transactionEnded(boolean whole) {
    if (limit != null) {
      limit.transactionEnded(whole);
    }
  }

  /** {@code sql} is about to be executed without a deadline. */
  void executing(String sql) {
    if (limit != null) {
      limit.endIfSetBy(sql);
    }
  }

  /** {@code sql} has been executed. */
  void executed(String sql) {
    if (limit != null) {
      limit.executed(sql);
    }
  }
}
