package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts the current {@link Deadline} on every call to a database, by its URL alone: {@code
 * jdbc:deadline:mariadb://host/db} is {@code jdbc:mariadb://host/db} with whatever driver that has.
 * The service loader knows it; its class name is there for pools that ask for one.
 *
 * <p>Under a pool this bounds what a connection does, and its login. The wait for a free one is the
 * pool's; put a {@link DeadlineDataSource} around that instead if you can.
 *
 * <p>A {@code DeadlineFilter} in the same WAR deregisters it when it is destroyed.
 *
 * <p>Thread-safe. What is guaranteed is said at {@link DeadlineDataSource}.
 */
public final class DeadlineDriver implements Driver {
  /** What comes before the rest of the URL. */
  public static final String PREFIX = "jdbc:deadline:";

  static {
    try {
      Undeployment.register(new DeadlineDriver());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** For the service loader, and for pools that are given the name of a class. */
  public DeadlineDriver() {}

  /**
   * Whether it begins with {@link #PREFIX}: whether there is a driver for the rest is not asked.
   */
  @Override
  public boolean acceptsURL(String url) {
    return url.startsWith(PREFIX);
  }

  /**
   * A connection within the current deadline.
   *
   * @return null if {@code url} is not one of its own
   * @throws SQLException the driver's own; or if there is no driver for the rest of the URL
   * @throws io.github.deadlinefilter.DeadlineExceededException if the time is over
   */
  @Override
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    if (!acceptsURL(url)) {
      return null;
    }
    String target = withoutPrefix(url);
    Driver driver = driverOf(target);
    Deadline deadline = Deadline.forCalls();
    Connection connection =
        deadline.canEnd()
            ? Login.connection(deadline, hostIn(target), () -> driver.connect(target, info))
            : driver.connect(target, info);
    return connection == null ? null : new GuardedConnection(connection, Eviction.OF_DRIVER, true);
  }

  private static String withoutPrefix(String url) {
    return "jdbc:" + url.substring(PREFIX.length());
  }

  /** The driver manager's, or else one that the application can see and the manager does not. */
  private static Driver driverOf(String url) throws SQLException {
    try {
      return DriverManager.getDriver(url);
    } catch (SQLException e) {
      try {
        for (Driver driver : ServiceLoader.load(Driver.class)) {
          if (driver.acceptsURL(url)) {
            return driver;
          }
        }
      } catch (ServiceConfigurationError unusable) {
        e.addSuppressed(unusable);
      }
      throw e;
    }
  }

  private static int endOf(String url, int from, String ends) {
    int end = from;
    while (end < url.length() && ends.indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  /** What the ledger shows: of a URL no more than the host, and no credentials. */
  static String hostIn(String url) {
    int slashes = url.indexOf("//");
    if (slashes < 0) {
      int end = url.indexOf(':', "jdbc:".length());
      return end < 0 ? "database" : url.substring("jdbc:".length(), end);
    }
    int options = endOf(url, slashes + 2, "?;");
    // A password may have a slash in it.
    int begin = Math.max(slashes + 2, url.lastIndexOf('@', options) + 1);
    String authority = url.substring(begin, endOf(url, begin, "/?;"));
    boolean onlyHosts = authority.indexOf('(') < 0 && authority.indexOf('=') < 0;
    return onlyHosts ? authority : "database";
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
    return acceptsURL(url)
        ? driverOf(withoutPrefix(url)).getPropertyInfo(withoutPrefix(url), info)
        : new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  /** No: that depends on the driver behind it. */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }
}
