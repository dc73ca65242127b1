package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.github.deadlinefilter.jdbc.DeadlineDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which limits of a pool's and of statements never act is said once. */
class JdbcLimitsTest {
  private static final Logger LOGGER = Logger.getLogger("io.github.deadlinefilter");

  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final ManualClockwork clockwork = new ManualClockwork(new ManualTicker(), Runnable::run);

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.removeHandler(handler);
  }

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
        lines);
  }

  @Test
  void shorterThanTheDeadline_orNone_nothingIsSaid() throws Exception {
    request(Duration.ofSeconds(50), 30_000, 20);
    request(Duration.ofSeconds(50), 30_000, 0);
    assertEquals(List.of(), lines);
  }
}
