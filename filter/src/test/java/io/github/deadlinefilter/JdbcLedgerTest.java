package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.jdbc.DeadlineDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the JDBC adapter tells the ledger of a request. */
class JdbcLedgerTest {
  private final ManualTicker ticker = new ManualTicker();
  private final RequestDeadline deadline =
      new RequestDeadline(
          new ManualClockwork(ticker, Runnable::run), "GET /x", Duration.ofSeconds(10).toNanos());

  @AfterEach
  void leave() {
    Deadline.replaceCurrent(null);
  }

  @Test
  void requestOverItsDeadline_exception_saysWhatItHasAskedTheDatabase() throws Exception {
    JdbcDataSource driver = new JdbcDataSource();
    driver.setURL("jdbc:h2:mem:ledger");
    Deadline.replaceCurrent(deadline);
    try (Connection connection = new DeadlineDataSource(driver).getConnection();
        PreparedStatement statement = connection.prepareStatement("SELECT 'secret'")) {
      statement.executeQuery();
      statement.executeQuery();
      connection.commit();
      ticker.advance(Duration.ofSeconds(11));
      DeadlineExceededException refused =
          assertThrows(DeadlineExceededException.class, statement::executeQuery);
      assertEquals("sql-login 1 call 0ms, sql 3 calls 0ms", refused.whereTimeWent());
    }
    List<String> calls = deadline.calls();
    assertEquals("+0ms sql SELECT ?: 0ms", calls.get(1), "without what belongs to its user");
    assertEquals(calls.get(1), calls.get(2));
    assertEquals(4, calls.size(), calls::toString);
    assertFalse(calls.toString().contains("secret"), calls::toString);
    assertTrue(deadline.isExpired());
  }
}
