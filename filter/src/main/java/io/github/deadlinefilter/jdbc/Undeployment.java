package io.github.deadlinefilter.jdbc;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What of this package would outlive its application: the driver that the driver manager has, and
 * with it the application's class loader.
 *
 * <p>The filter's {@code destroy()} calls {@link #begin} by its name, for it does without this
 * package and without {@code java.sql}.
 */
final class Undeployment {
  private static @Nullable Driver registered;

  private Undeployment() {}

  static synchronized void register(Driver driver) throws SQLException {
    DriverManager.registerDriver(driver);
    registered = driver;
  }

  /** Nobody finds the driver by its URL any more; connections that there are go on. */
  static synchronized void begin() throws SQLException {
    Driver driver = registered;
    if (driver != null) {
      registered = null;
      DriverManager.deregisterDriver(driver);
    }
    SqlThreads.endIdle();
  }
}
