package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that come otherwise than from a query, and what leads back from them. */
@Timeout(20)
class CursorTest {
  private final FakeDatabase database = new FakeDatabase("Oracle");
  private final Connection connection =
      new GuardedConnection(database.connection(), Eviction.OF_DRIVER, /* alone= */ true);

  private ResultSet cursorOf(CallableStatement statement) throws SQLException {
    return assertInstanceOf(ResultSet.class, statement.getObject(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cursorInAParameter_deadline_endsItsReading(boolean hasStatement) throws Exception {
    database.on("getObject", () -> database.rows(hasStatement));
    database.endsOnlyBy("next", "abort");
    CallableStatement statement = connection.prepareCall("{? = call f()}");
    ResultSet cursor = cursorOf(statement);
    assertSame(connection, cursor.getStatement().getConnection());
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      SQLException thrown = assertThrows(SQLException.class, cursor::next);
      assertInstanceOf(DeadlineExceededException.class, thrown.getSuppressed()[0]);
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void cursorInARow_deadline_endsItsReading() throws Exception {
    database.on("executeQuery", () -> database.rows(true));
    database.on("getObject", () -> database.rows(true));
    database.endsOnlyBy("next", "abort");
    ResultSet rows = connection.createStatement().executeQuery("SELECT CURSOR(SELECT 1)");
    ResultSet cursor = assertInstanceOf(ResultSet.class, rows.getObject("name"));
    assertSame(connection, cursor.getStatement().getConnection());
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      assertThrows(SQLException.class, cursor::next);
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void openingACursor_deadline_endsIt() throws Exception {
    database.endsOnlyBy("getObject", "abort");
    CallableStatement statement = connection.prepareCall("{? = call f()}");
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      assertThrows(SQLException.class, () -> statement.getObject(1));
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void resultOfACall_itsStatement_isTheCallableOne() throws Exception {
    database.on("getObject", () -> "a value");
    CallableStatement statement = connection.prepareCall("{call p()}");
    ResultSet rows = statement.executeQuery();
    Statement of = rows.getStatement();
    assertSame(statement, of);
    assertSame(connection, of.getConnection());
    assertEquals("a value", statement.getObject(1));
  }

  // ---- what PostgreSQL's driver fetches when its name is read

  /** How the column of a row is read. */
  @FunctionalInterface
  interface Reading {
    Object of(ResultSet rows) throws SQLException;
  }

  static List<Reading> readings() {
    return List.of(
        rows -> rows.getObject(1),
        rows -> rows.getObject("name"),
        rows -> rows.getObject(1, Map.of()),
        rows -> rows.getObject("name", Map.of()),
        rows -> rows.getObject(1, ResultSet.class),
        rows -> rows.getObject("name", ResultSet.class));
  }

  private static ResultSet rowsOf(FakeDatabase database) throws SQLException {
    database.on("executeQuery", () -> database.rows(true));
    return new GuardedConnection(database.connection(), Eviction.OF_DRIVER, /* alone= */ false)
        .createStatement()
        .executeQuery("SELECT f()");
  }

  @ParameterizedTest
  @MethodSource("readings")
  void refcursorInARow_deadline_endsItsFetch(Reading reading) throws Exception {
    FakeDatabase postgres = new FakeDatabase("PostgreSQL");
    postgres.on("getColumnType", () -> Types.REF_CURSOR);
    postgres.endsOnlyBy("getObject", "abort");
    ResultSet rows = rowsOf(postgres);
    try (DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      SQLException thrown = assertThrows(SQLException.class, () -> reading.of(rows));
      assertInstanceOf(DeadlineExceededException.class, thrown.getSuppressed()[0]);
      assertTrue(scope.isExpired());
    }
  }

  @Test
  void otherColumns_manyRows_areReadStraightAndTheirTypeIsAskedOnce() throws Exception {
    FakeDatabase postgres = new FakeDatabase("PostgreSQL");
    postgres.on("getColumnType", () -> Types.VARCHAR);
    postgres.on("getObject", () -> "a value");
    ResultSet rows = rowsOf(postgres);
    postgres.calls.clear();
    assertEquals("a value", rows.getObject(1));
    assertEquals("a value", rows.getObject("name"));
    assertEquals(List.of("getColumnType", "getObject", "getObject"), postgres.calls);
  }

  @Test
  void otherProducts_columns_areNotAskedForTheirType() throws Exception {
    ResultSet rows = rowsOf(database);
    database.calls.clear();
    rows.getObject(1);
    assertEquals(List.of("getObject"), database.calls);
  }
}
