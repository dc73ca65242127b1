package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A driver without network timeouts, whose exceptions tell a pool nothing. */
@Timeout(30)
class H2DatabaseTest {
  private static final String URL = "jdbc:h2:mem:adapter;DB_CLOSE_DELAY=-1";

  private static DataSource open(String place) {
    if (place.equals("plain")) {
      JdbcDataSource driver = new JdbcDataSource();
      driver.setURL(URL);
      return new DeadlineDataSource(driver);
    }
    HikariConfig config = new HikariConfig();
    config.setMaximumPoolSize(2);
    config.setJdbcUrl(
        place.equals("under") ? URL.replaceFirst("jdbc:", DeadlineDriver.PREFIX) : URL);
    HikariDataSource pool = new HikariDataSource(config);
    return place.equals("under") ? pool : new DeadlineDataSource(pool);
  }

  private static void endWhenRunning(Deadline deadline) throws SQLException {
    Connection watcher = DriverManager.getConnection(URL);
    Thread watch =
        new Thread(
            () -> {
              String running =
                  "SELECT 1 FROM INFORMATION_SCHEMA.SESSIONS"
                      + " WHERE EXECUTING_STATEMENT LIKE '%1000000%' AND SESSION_ID <> SESSION_ID()";
              try (watcher;
                  Statement statement = watcher.createStatement()) {
                while (!statement.executeQuery(running).next()) {
                  Thread.onSpinWait();
                }
                deadline.shorten(Duration.ZERO);
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
            });
    watch.setDaemon(true);
    watch.start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "around", "under"})
  void queryInProgress_deadline_isCancelledAndTheNextThousandSucceed(String place)
      throws Exception {
    DataSource database = open(place);
    Connection cut = database.getConnection();
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      endWhenRunning(scope);
      try (Connection connection = cut;
          Statement statement = connection.createStatement()) {
        assertThrows(
            SQLException.class,
            () ->
                statement.executeQuery(
                    "SELECT COUNT(*) FROM SYSTEM_RANGE(1, 1000000) a, SYSTEM_RANGE(1, 1000000) b"));
      }
      assertTrue(scope.isExpired());
    }
    assertTrue(cut.isClosed());
    for (int i = 0; i < 1000; i++) {
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT " + i)) {
        assertTrue(result.next());
        assertEquals(i, result.getInt(1));
      }
    }
    if (database instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
