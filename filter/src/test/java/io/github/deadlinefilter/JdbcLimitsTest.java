package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.github.deadlinefilter.jdbc.DeadlineDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which limits of a pool's and of statements never act is said once. */
class JdbcLimitsTest {
  @RegisterExtension private final LogLines log = LogLines.ofMessages();
  private final ManualClockwork clockwork = new ManualClockwork(new ManualTicker(), Runnable::run);

  /** A request that asks twice. */
  private void request(Duration deadline, long poolMillis, int querySeconds) throws Exception {
    try (HikariDataSource pool = new HikariDataSource();
        DeadlineDataSource database = new DeadlineDataSource(pool)) {
      pool.setJdbcUrl("jdbc:h2:mem:limits");
      pool.setConnectionTimeout(poolMillis);
      Deadline before =
          Deadline.replaceCurrent(new RequestDeadline(clockwork, "GET /x", deadline.toNanos()));
      try {
        for (int i = 0; i < 2; i++) {
          try (Connection connection = database.getConnection();
              Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(querySeconds);
            try (ResultSet result = statement.executeQuery("SELECT 1")) {
              assertTrue(result.next());
            }
          }
        }
      } finally {
        Deadline unused = Deadline.replaceCurrent(before);
      }
    }
  }

  @Test
  void longerThanTheDeadline_poolWaitAndQueryTimeout_areNamedOnceWithBothValues() throws Exception {
    request(Duration.ofSeconds(5), 30_000, 20);
    assertEquals(
        List.of(
            "Limit longer than the deadline above it: limit=\"connectionTimeout of"
                + " HikariDataSource\" value=30s deadline=5s route=\"GET /x\"",
            "Limit longer than the deadline above it: limit=\"query timeout of the application\""
                + " value=20s deadline=5s route=\"GET /x\""),
        log.lines());
  }

  @Test
  void shorterThanTheDeadline_orNone_nothingIsSaid() throws Exception {
    request(Duration.ofSeconds(50), 30_000, 20);
    request(Duration.ofSeconds(50), 30_000, 0);
    assertEquals(List.of(), log.lines());
  }
}
