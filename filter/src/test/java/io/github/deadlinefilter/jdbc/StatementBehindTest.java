package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results of which nobody closes the statement. */
@Timeout(20)
class StatementBehindTest {
  private final FakeDatabase database = new FakeDatabase("Oracle");

  @Test
  void resultsOfMetaData_closedOrReadToTheirEnd_areForgotten() throws Exception {
    GuardedConnection pooled =
        new GuardedConnection(database.connection(), Eviction.OF_DRIVER, /* alone= */ true);
    ResultSet open = pooled.getMetaData().getTables(null, null, null, null);
    assertEquals(1, pooled.guard.statements().count());
    for (int i = 0; i < 100; i++) {
      pooled.getMetaData().getTables(null, null, null, null).close();
      assertFalse(pooled.getMetaData().getTables(null, null, null, null).next());
    }
    assertEquals(1, pooled.guard.statements().count());
    open.close();
    assertEquals(0, pooled.guard.statements().count());
  }

  @Test
  void statementOfAResultOfMetaData_executesWithinADeadline_isKnownUntilItIsClosed()
      throws Exception {
    GuardedConnection pooled =
        new GuardedConnection(database.connection(), Eviction.OF_DRIVER, /* alone= */ false);
    Statement statement = pooled.getMetaData().getTables(null, null, null, null).getStatement();
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1))) {
      assertFalse(statement.executeQuery("SELECT 1").next());
      assertFalse(scope.hasFired());
    }
    assertEquals(1, pooled.guard.statements().count(), "its timeout is lowered");
    statement.close();
    assertEquals(0, pooled.guard.statements().count());
  }
}
