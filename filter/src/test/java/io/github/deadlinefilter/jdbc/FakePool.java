package io.github.deadlinefilter.jdbc;

import java.io.PrintWriter;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A pool of one, that can be told to throw a connection away, as HikariCP can. */
public final class FakePool implements DataSource {
  private final Work<Connection> source;
  private int evicted;

  FakePool(Work<Connection> source) {
    this.source = source;
  }

  /** As HikariCP names it. */
  public void evictConnection(Connection connection) {
    evicted++;
  }

  int evicted() {
    return evicted;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return source.call();
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return source.call();
  }

  @Override
  public PrintWriter getLogWriter() {
    return new PrintWriter(Writer.nullWriter());
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("not a wrapper");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
