package io.github.deadlinefilter.jdbc;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement of which every call ends with the deadline. */
final class GuardedPreparedStatement extends Parameters {
  private final String sql;
  private @Nullable String text;

  GuardedPreparedStatement(GuardedConnection connection, PreparedStatement delegate, String sql) {
    super(connection, delegate);
    this.sql = sql;
  }

  /** Its own, whatever is executed with it. */
  @Override
  String textOf(String executed) throws SQLException {
    String known = text;
    if (known == null) {
      known = super.textOf(sql);
      text = known;
    }
    return known;
  }

  @Override
  String batchText() {
    return sql;
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    return query(sql, prepared::executeQuery);
  }

  @Override
  public int executeUpdate() throws SQLException {
    return execute(sql, prepared::executeUpdate);
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    return execute(sql, prepared::executeLargeUpdate);
  }

  @Override
  public boolean execute() throws SQLException {
    return execute(sql, prepared::execute);
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    return guard.call(prepared::getMetaData);
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    return guard.call(prepared::getParameterMetaData);
  }
}
