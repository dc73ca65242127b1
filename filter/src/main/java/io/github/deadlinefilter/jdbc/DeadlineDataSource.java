package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKeyBuilder;
import java.util.List;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Puts the current {@link Deadline} on every call to a database: around a pool, or around a
 * driver's own data source.
 *
 * <pre>{@code
 * DataSource database = new DeadlineDataSource(new HikariDataSource(config));
 * }</pre>
 *
 * <p><b>Within a deadline</b> no wait for a connection, no login, no query, no commit, and no row
 * of a large result takes longer than what is left of it. The query and network timeouts are
 * lowered to that for the time of a call; shorter ones of your own stay. A call that begins when
 * nothing is left is refused with {@link io.github.deadlinefilter.DeadlineExceededException}. What
 * is in progress at the deadline is cancelled at the server; if it has not come back 250 ms after
 * that, its connection is aborted. What you get then is the driver's own exception, in which the
 * deadline's is suppressed.
 *
 * <p><b>After that</b> the connection serves nobody else. You can roll back and close it, for which
 * a second is left where its network does not answer, and the pool gets a new one. When the time is
 * over {@code setAutoCommit(true)} rolls back first: it would commit what {@code commit} has
 * refused.
 *
 * <p><b>Without a deadline</b> all calls go straight through.
 *
 * <p>What it cannot do: end a call of a driver that supports neither cancel nor network timeouts
 * nor abort; bound what is read through a {@link java.sql.Blob}, {@link java.sql.Clob} or stream
 * that the driver fetches in parts, or through what has been unwrapped; take back what the server
 * has committed. A wait for a pool is interrupted: a pool that makes its connections on its
 * caller's thread is only as quick as its own connect timeout.
 *
 * <p>Thread-safe, as far as {@code delegate} is.
 */
public final class DeadlineDataSource implements DataSource, AutoCloseable {
  /** Drivers whose data sources log in on the caller's thread, and look at nothing bound to it. */
  private static final List<String> DRIVERS =
      List.of(
          "org.mariadb.jdbc.",
          "com.mysql.",
          "org.postgresql.",
          "org.h2.",
          "oracle.jdbc.",
          "com.microsoft.sqlserver.");

  private final DataSource delegate;
  private final String name;
  private final boolean isDriver;
  private final Eviction eviction;
  private final @Nullable PoolLimit limit;

  /** What it lends is known to end when a pool says so. */
  private volatile boolean isSound;

  /**
   * @param delegate a pool, or a driver's own
   */
  public DeadlineDataSource(DataSource delegate) {
    this.delegate = Objects.requireNonNull(delegate, "delegate");
    String type = delegate.getClass().getName();
    this.name = delegate.getClass().getSimpleName();
    this.isDriver = DRIVERS.stream().anyMatch(type::startsWith);
    this.eviction = Eviction.of(delegate);
    this.limit = PoolLimit.of(delegate);
    if (limit != null) {
      limit.lint(Deadline.NONE);
    }
  }

  /**
   * @throws SQLException the pool's or the driver's own
   * @throws io.github.deadlinefilter.DeadlineExceededException if the time is over
   */
  @Override
  public Connection getConnection() throws SQLException {
    return connection(delegate::getConnection);
  }

  /** As {@link #getConnection()}. */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return connection(() -> delegate.getConnection(username, password));
  }

  private Connection connection(Work<Connection> work) throws SQLException {
    Deadline deadline = Deadline.forCalls();
    Connection connection;
    if (!deadline.canEnd()) {
      connection = work.call();
    } else if (isDriver) {
      connection = Objects.requireNonNull(Login.connection(deadline, name, work));
    } else {
      if (limit != null) {
        limit.lint(deadline);
      }
      connection = PoolWait.connection(deadline, name, work);
    }
    if (!isSound && !isDriver) {
      refuseTwoPools(connection);
    }
    return new GuardedConnection(connection, eviction, isDriver);
  }

  /** A pool that closes what has been cancelled would have the driver's lend it again. */
  private void refuseTwoPools(Connection connection) throws SQLException {
    Connection physical = Physical.of(connection);
    if (physical != connection && DriverClient.isLent(physical)) {
      connection.close();
      throw new SQLException(
          name
              + " is a pool around the pool of MariaDB's driver, which lends again what has been"
              + " cancelled at a deadline; accepted are the URL without pool=true, a URL that begins"
              + " with jdbc:deadline:mariadb:, or a DeadlineDataSource around a"
              + " MariaDbPoolDataSource and no other pool");
    }
    isSound = true;
  }

  @Override
  public ConnectionBuilder createConnectionBuilder() throws SQLException {
    throw new SQLFeatureNotSupportedException("createConnectionBuilder");
  }

  @Override
  public ShardingKeyBuilder createShardingKeyBuilder() throws SQLException {
    return delegate.createShardingKeyBuilder();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return delegate.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    delegate.setLogWriter(out);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return delegate.getLoginTimeout();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    delegate.setLoginTimeout(seconds);
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return delegate.getParentLogger();
  }

  /** Itself, the pool, or what that unwraps to. */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Wrapping.unwrap(this, delegate, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Wrapping.isWrapperFor(this, delegate, type);
  }

  /** Closes the pool, if it can be closed. */
  @Override
  public void close() throws SQLException {
    if (delegate instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (SQLException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new SQLException(e);
      }
    }
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
