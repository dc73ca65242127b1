package io.github.deadlinefilter.demo;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceLoader;

/**
 * Waits for a slow SQL query. On a platform thread a driver that blocks in a socket read hears no
 * interrupt: such a worker stays until the database has answered, and the deadline is kept without
 * it. On a virtual thread the interrupt closes the socket.
 */
public final class SqlView extends SlowView {
  private static final long serialVersionUID = 1L;

  @Override
  String slow() {
    return "db";
  }

  @Override
  void work(Delay delay) throws BackendFailure {
    String url = BackendSetting.JDBC_URL.value();
    try (Connection connection = connect(url);
        PreparedStatement query = connection.prepareStatement("SELECT SLEEP(?)")) {
      query.setBigDecimal(1, delay.seconds());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next() || row.getInt(1) != 0) {
          throw new BackendFailure("the database ended the query early");
        }
      }
    } catch (SQLException e) {
      throw new BackendFailure(BackendSetting.JDBC_URL, e);
    }
  }

  // DriverManager only offers the drivers that its first user could see, which in a container is
  // seldom this web application.
  private static Connection connect(String url) throws SQLException, BackendFailure {
    for (Driver driver : ServiceLoader.load(Driver.class, SqlView.class.getClassLoader())) {
      Connection connection = driver.connect(url, new Properties());
      if (connection != null) {
        return connection;
      }
    }
    throw BackendSetting.JDBC_URL.unusable("is for none of the JDBC drivers in WEB-INF/lib");
  }
}
