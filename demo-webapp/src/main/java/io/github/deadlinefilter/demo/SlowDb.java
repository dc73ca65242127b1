package io.github.deadlinefilter.demo;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Waits for a slow SQL query. On a platform thread a driver that blocks in a socket read hears no
 * interrupt: such a thread stays until the database has answered. On a virtual thread the interrupt
 * closes the socket.
 */
final class SlowDb implements SlowFunction {
  private final UnaryOperator<String> url;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  /**
   * @param url from the setting's URL to the one that is connected to
   */
  SlowDb(UnaryOperator<String> url) {
    this.url = url;
  }

  @Override
  public void run(Delay delay, Runnable betweenSteps) throws BackendFailure, InterruptedException {
    String configured = BackendSetting.JDBC_URL.value();
    betweenSteps.run();
    try (Connection connection = connect(url.apply(configured))) {
      open.add(connection);
      try {
        query(connection, delay, betweenSteps);
      } finally {
        open.remove(connection);
      }
    } catch (SQLException e) {
      throw new BackendFailure(BackendSetting.JDBC_URL, e);
    }
    betweenSteps.run();
  }

  private static void query(Connection connection, Delay delay, Runnable betweenSteps)
      throws SQLException, BackendFailure {
    String comment = " /* " + delay.run() + " */"; // a name has nothing that would end it
    String sql = "SELECT SLEEP(?)" + (delay.run().equals(RunName.NONE) ? "" : comment);
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setBigDecimal(1, delay.seconds());
      betweenSteps.run();
      try (ResultSet row = query.executeQuery()) {
        if (!row.next() || row.getInt(1) != 0) {
          throw new BackendFailure("the database ended the query early");
        }
      }
    }
  }

  // DriverManager only offers the drivers that its first user could see, which in a container is
  // seldom this web application.
  private static Connection connect(String url) throws SQLException, BackendFailure {
    for (Driver driver : ServiceLoader.load(Driver.class, SlowDb.class.getClassLoader())) {
      Connection connection = driver.connect(url, new Properties());
      if (connection != null) {
        return connection;
      }
    }
    throw BackendSetting.JDBC_URL.unusable("is for none of the JDBC drivers in WEB-INF/lib");
  }

  /** Breaks the connections off where the driver can: nothing else reaches a thread in there. */
  @Override
  public void close() {
    open.forEach(SlowDb::breakOff);
  }

  private static void breakOff(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      return; // it has ended by itself meanwhile
    }
  }
}
