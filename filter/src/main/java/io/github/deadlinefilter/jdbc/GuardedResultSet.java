package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A result set of which every call to the server ends with the deadline. One that is in memory as a
 * whole is read straight.
 */
final class GuardedResultSet extends ResultSetFacts {
  private final GuardedStatement statement;
  private final Guard guard;
  private boolean streams;

  /** What reads it, row by row, within the deadline at that time; null if there is none. */
  private @Nullable Call reading;

  private @Nullable CursorColumns cursors;

  GuardedResultSet(GuardedStatement statement, ResultSet delegate, boolean streams) {
    super(delegate);
    this.statement = statement;
    this.guard = statement.guard;
    this.streams = streams;
  }

  // ---- forward, which is what matters

  @Override
  public boolean next() throws SQLException {
    if (!streams) {
      return delegate.next();
    }
    Call call = reading(Deadline.forCalls());
    boolean more = call == null ? straightNext() : next(call);
    if (!more) {
      end();
    }
    return more;
  }

  private boolean straightNext() throws SQLException {
    guard.straight();
    return delegate.next();
  }

  private boolean next(Call call) throws SQLException {
    call.enter();
    try {
      return guard.shielded(delegate::next, Thread.currentThread().isInterrupted());
    } catch (SQLException e) {
      call.leave();
      throw guard.explained(call.deadline, e, /* broken= */ false);
    } finally {
      call.leave();
    }
  }

  /** The call in which it is read: one for all rows, as long as the deadline is the same. */
  private @Nullable Call reading(Deadline deadline) throws SQLException {
    Call call = reading;
    if (call != null && call.deadline.equals(deadline)) {
      return call;
    }
    endReading();
    if (!deadline.canEnd()) {
      return null;
    }
    deadline.check();
    guard.refusePoisoned();
    call = new Call(guard, deadline, statement.delegate, /* inside= */ false);
    reading = call;
    long left = Guard.leftNanos(deadline);
    if (left == Guard.NO_END) {
      guard.straight();
    } else {
      guard.network().lower(NetworkLimit.forCall(left));
    }
    return call;
  }

  private void endReading() {
    Call call = reading;
    if (call != null) {
      call.end();
      reading = null;
      guard.restoreNetwork();
    }
  }

  /** Nothing more is read from the server. */
  void end() {
    streams = false;
    endReading();
    statement.ended(this);
  }

  @Override
  public void close() throws SQLException {
    boolean unread = streams;
    end();
    statement.closeWhole(unread, delegate::close);
  }

  // ---- rows in a row

  private Object guarded(Object value) throws SQLException {
    return value instanceof ResultSet rows ? statement.cursor(rows) : value;
  }

  /** Whether to read the column is a call to the server. */
  private boolean isCursor(int column) throws SQLException {
    if (guard.session().product() != Product.POSTGRESQL) {
      return false;
    }
    CursorColumns known = cursors;
    if (known == null) {
      known = new CursorColumns(delegate);
      cursors = known;
    }
    return known.has(column);
  }

  private boolean isCursor(String label) throws SQLException {
    return guard.session().product() == Product.POSTGRESQL && isCursor(delegate.findColumn(label));
  }

  private <T> T read(boolean isCursor, Work<T> work) throws SQLException {
    return isCursor ? guard.call(work) : work.call();
  }

  @Override
  public Object getObject(int columnIndex) throws SQLException {
    return guarded(read(isCursor(columnIndex), () -> delegate.getObject(columnIndex)));
  }

  @Override
  public Object getObject(String columnLabel) throws SQLException {
    return guarded(read(isCursor(columnLabel), () -> delegate.getObject(columnLabel)));
  }

  @Override
  public Object getObject(int columnIndex, Map<String, Class<?>> map) throws SQLException {
    return guarded(read(isCursor(columnIndex), () -> delegate.getObject(columnIndex, map)));
  }

  @Override
  public Object getObject(String columnLabel, Map<String, Class<?>> map) throws SQLException {
    return guarded(read(isCursor(columnLabel), () -> delegate.getObject(columnLabel, map)));
  }

  @Override
  public <T> T getObject(int columnIndex, Class<T> type) throws SQLException {
    T value = read(isCursor(columnIndex), () -> delegate.getObject(columnIndex, type));
    return type == ResultSet.class ? type.cast(guarded(value)) : value;
  }

  @Override
  public <T> T getObject(String columnLabel, Class<T> type) throws SQLException {
    T value = read(isCursor(columnLabel), () -> delegate.getObject(columnLabel, type));
    return type == ResultSet.class ? type.cast(guarded(value)) : value;
  }

  // ---- elsewhere

  @Override
  public boolean previous() throws SQLException {
    return guard.call(delegate::previous);
  }

  @Override
  public boolean first() throws SQLException {
    return guard.call(delegate::first);
  }

  @Override
  public boolean last() throws SQLException {
    return guard.call(delegate::last);
  }

  @Override
  public boolean absolute(int row) throws SQLException {
    return guard.call(() -> delegate.absolute(row));
  }

  @Override
  public boolean relative(int rows) throws SQLException {
    return guard.call(() -> delegate.relative(rows));
  }

  @Override
  public void beforeFirst() throws SQLException {
    guard.run(delegate::beforeFirst);
  }

  @Override
  public void afterLast() throws SQLException {
    guard.run(delegate::afterLast);
  }

  @Override
  public void moveToInsertRow() throws SQLException {
    guard.run(delegate::moveToInsertRow);
  }

  @Override
  public void moveToCurrentRow() throws SQLException {
    guard.run(delegate::moveToCurrentRow);
  }

  // ---- changes

  @Override
  public void insertRow() throws SQLException {
    guard.run(delegate::insertRow);
  }

  @Override
  public void updateRow() throws SQLException {
    guard.run(delegate::updateRow);
  }

  @Override
  public void deleteRow() throws SQLException {
    guard.run(delegate::deleteRow);
  }

  @Override
  public void refreshRow() throws SQLException {
    guard.run(delegate::refreshRow);
  }

  // ---- what it belongs to

  @Override
  public Statement getStatement() {
    return statement.face();
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
