package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement of which every call ends with the deadline. */
class GuardedStatement extends StatementCalls {
  private final GuardedConnection connection;
  final Guard guard;
  final QueryLimit limit;

  /** What the application has of it. */
  private Statement face = this;

  /** What is executed, as far as that is known. */
  private String executing = "";

  /** A result that may still come, row by row. */
  private @Nullable GuardedResultSet stream;

  GuardedStatement(GuardedConnection connection, Statement delegate) {
    super(delegate);
    this.connection = connection;
    this.guard = connection.guard;
    this.limit = new QueryLimit(delegate);
  }

  // ---- calls

  /** The application has {@code proxy} in its place. */
  final void isSeenAs(Statement proxy) {
    face = proxy;
  }

  final Statement face() {
    return face;
  }

  @Override
  final <T extends @Nullable Object> T execute(String sql, Work<T> work) throws SQLException {
    Deadline deadline = Deadline.forCalls();
    long left = Guard.leftNanos(deadline);
    boolean unused = endStream(); // the driver ends what is open
    if (!deadline.canEnd()) {
      guard.straight();
      limit.restore();
      guard.session().executing(sql);
      try {
        return work.call();
      } finally {
        guard.session().executed(sql);
      }
    }
    if (left == Guard.NO_END) {
      guard.refusePoisoned();
      guard.session().executing(sql);
    }
    guard.statements().add(this);
    limit.lint(deadline);
    executing = sql;
    try {
      return guard.call(deadline, left, this, textOf(sql), work);
    } finally {
      guard.session().executed(sql);
    }
  }

  /**
   * A call has no more than {@code leftNanos}: the server's own limit is its last line. Not where
   * rows are fetched as they are read, which the server counts as well: a response that has begun
   * may take as long as it takes.
   */
  final void lower(long leftNanos) throws SQLException {
    SessionLimit session = guard.session().limit();
    Product product = guard.session().product();
    boolean fetches = product.limitsFetching() && delegate.getFetchSize() != 0;
    if (session != null) {
      boolean named = session.endIfSetBy(executing, product);
      if (fetches) {
        session.restore();
      }
      boolean lowered = !fetches && !named && session.lower(leftNanos, product);
      if (named || (lowered && SessionVariable.limits(executing, product))) {
        limit.restore();
        return;
      }
    }
    if (fetches && product == Product.MARIADB) { // where the query timeout is the server's limit
      limit.restore();
    } else {
      limit.lower(leftNanos, product);
    }
  }

  @Override
  final ResultSet query(String sql, Work<ResultSet> work) throws SQLException {
    return guarded(execute(sql, work));
  }

  String textOf(String sql) throws SQLException {
    return StatementText.withoutLiterals(sql, guard.session().product());
  }

  // ---- results

  /** {@code result} as this statement's, null for null. */
  final ResultSet guarded(@Nullable ResultSet result) throws SQLException {
    if (result == null) {
      return nothing();
    }
    boolean streams = !guard.session().product().fetchesAll || delegate.getFetchSize() != 0;
    GuardedResultSet guarded = new GuardedResultSet(this, result, streams);
    if (streams) {
      stream = guarded;
      guard.statements().add(this);
    }
    return guarded;
  }

  /** {@code rows}, which a row or an output parameter of its own has in it. */
  final ResultSet cursor(ResultSet rows) throws SQLException {
    Statement owner = rows.getStatement();
    return owner == null || owner == delegate
        ? new GuardedResultSet(this, rows, /* streams= */ true)
        : new StatementBehind(connection, owner).guarded(rows);
  }

  @SuppressWarnings("NullAway") // JDBC's way to say that there is none
  private static ResultSet nothing() {
    return null;
  }

  /** Nothing more is read from the result that was open. Returns whether one was. */
  private boolean endStream() {
    GuardedResultSet open = stream;
    stream = null;
    if (open != null) {
      open.end();
    }
    return open != null;
  }

  final boolean hasUnread() {
    return stream != null;
  }

  /** All of {@code result} has been read, or will not be. */
  void ended(GuardedResultSet result) {
    if (stream == result) {
      stream = null;
    }
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    guard.refusePoisoned();
    return guarded(delegate.getResultSet());
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    guard.refusePoisoned();
    return guarded(delegate.getGeneratedKeys());
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    return guard.call(delegate::getMoreResults);
  }

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    return guard.call(() -> delegate.getMoreResults(current));
  }

  // ---- its limit and its end

  @Override
  public int getQueryTimeout() throws SQLException {
    return limit.own();
  }

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    limit.setOwn(seconds);
  }

  /** A driver or a pool may keep the statement for who prepares the same. */
  @Override
  public void close() throws SQLException {
    if (!guard.isPoisoned()) {
      limit.close();
    }
    boolean unread = endStream();
    guard.statements().remove(this);
    closeWhole(unread, delegate::close);
  }

  /**
   * Closes what may have more to come: a driver reads all that to its end first, which no timeout
   * bounds. When the time is over it is cut.
   */
  final void closeWhole(boolean unread, Work.Action close) throws SQLException {
    Deadline deadline = Deadline.forCalls();
    if (unread && (guard.isPoisoned() || deadline.isExpired())) {
      guard.abort();
    }
    if (unread && !guard.isAborted() && deadline.canEnd()) {
      try {
        guard.run(close);
      } catch (DeadlineExceededException e) { // just now: nobody who closes is to see that
        guard.abort();
        guard.close(close);
      }
    } else {
      guard.close(close);
    }
  }

  @Override
  public final Connection getConnection() {
    return connection;
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return guard.unwrap(this, delegate, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Wrapping.isWrapperFor(this, delegate, type);
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
