package io.github.deadlinefilter.jdbc;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Properties;
import java.util.concurrent.Executor;

/** A connection's settings: a pool sets them back when the time is over, too. */
abstract class ConnectionSettings extends ConnectionFacts {
  final Guard guard;

  ConnectionSettings(Connection delegate, Guard guard) {
    super(delegate);
    this.guard = guard;
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    guard.reset(() -> delegate.setReadOnly(readOnly));
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    guard.reset(() -> delegate.setCatalog(catalog));
  }

  @Override
  public String getCatalog() throws SQLException {
    return guard.cleanUp(delegate::getCatalog);
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    guard.reset(() -> delegate.setSchema(schema));
  }

  @Override
  public String getSchema() throws SQLException {
    return guard.cleanUp(delegate::getSchema);
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    guard.reset(() -> delegate.setTransactionIsolation(level));
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    return guard.cleanUp(delegate::getTransactionIsolation);
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    guard.reset(() -> delegate.setHoldability(holdability));
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    delegate.setClientInfo(name, value);
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    delegate.setClientInfo(properties);
  }

  @Override
  public SQLWarning getWarnings() throws SQLException {
    return guard.cleanUp(delegate::getWarnings);
  }

  /** Pools do this with whatever is given back: the moment to tell them. */
  @Override
  public void clearWarnings() throws SQLException {
    guard.refuseUnfit();
    guard.reset(delegate::clearWarnings);
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    delegate.setNetworkTimeout(executor, milliseconds);
    guard.network().setOwn(milliseconds);
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    return guard.network().own();
  }
}
