package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import io.github.deadlinefilter.contract.BlockedCallbacks;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver is asked to do, and when. */
@Timeout(20)
@SuppressWarnings("try") // scopes are there to be closed
class GuardTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Where it does not matter which: on a busy machine the abort may overtake the cancellation. */
  private static final String[] CANCEL_OR_ABORT = {"cancel", "abort"};

  private final FakeDatabase database = new FakeDatabase("PostgreSQL");
  private final FakePool pool = new FakePool(database::connection);
  private final DeadlineDataSource source = new DeadlineDataSource(pool);

  private static DeadlineScope over() {
    DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
    scope.shorten(Duration.ZERO);
    return scope;
  }

  // ---- without a deadline

  @Test
  void noDeadline_calls_goStraightThrough() throws Exception {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
      statement.setInt(1, 2);
      statement.executeQuery().next();
      connection.commit();
    }
    assertEquals(
        List.of("setInt[1, 2]", "executeQuery", "commit", "close", "close"), database.calls);
  }

  // ---- timeouts

  @Test
  void deadline_query_hasItsTimeoutsAndTheConnectionItsOwnAgain() throws Exception {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      try (DeadlineScope scope = Deadline.within(Duration.ofMillis(59_500))) {
        statement.executeQuery("SELECT 1");
        assertEquals(0, statement.getQueryTimeout(), "what the application sees");
        assertEquals(0, connection.getNetworkTimeout());
      }
      assertTrue(database.calls.get(0).matches("setNetworkTimeout\\[(59|60)\\d{3}\\]"));
      assertEquals(
          List.of("setQueryTimeout[60]", "executeQuery", "setNetworkTimeout[0]"),
          database.calls.subList(1, 4));
      database.calls.clear();
      statement.executeQuery("SELECT 2");
      assertEquals(List.of("setQueryTimeout[0]", "executeQuery"), database.calls);
    }
  }

  @Test
  void ownTimeoutsAreShorter_query_keepsThem() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, 500);
      statement.setQueryTimeout(3);
      database.calls.clear();
      statement.executeQuery("SELECT 1");
      assertEquals(List.of("executeQuery"), database.calls);
    }
  }

  @Test
  void statementThatAPoolKeeps_close_givesItBackWithItsOwnTimeout() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = source.getConnection()) {
      PreparedStatement statement = connection.prepareStatement("SELECT 1");
      statement.executeQuery();
      database.calls.clear();
      statement.close();
      assertEquals(List.of("setQueryTimeout[0]", "close"), database.calls);
    }
  }

  @Test
  void driverWithoutTimeouts_query_runsAllTheSame() throws Exception {
    database.on("setNetworkTimeout", FakeDatabase.unsupported());
    database.on("setQueryTimeout", FakeDatabase.unsupported());
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      assertFalse(statement.executeQuery("SELECT 1").next());
    }
    assertEquals(0, pool.evicted());
  }

  // ---- when nothing is left

  @Test
  void nothingLeft_calls_areRefusedAndRollbackAndCloseAreNot() throws Exception {
    database.on("getAutoCommit", () -> true);
    Connection connection = source.getConnection();
    Statement statement = connection.createStatement();
    try (DeadlineScope scope = over()) {
      assertThrows(DeadlineExceededException.class, source::getConnection);
      assertThrows(DeadlineExceededException.class, () -> statement.executeQuery("SELECT 1"));
      assertThrows(DeadlineExceededException.class, () -> connection.prepareStatement("SELECT 1"));
      assertThrows(DeadlineExceededException.class, connection::commit);
      assertEquals(List.of(), database.calls);
      connection.rollback();
      connection.setAutoCommit(true);
      statement.close();
      connection.close();
    }
    assertEquals(
        List.of(
            "setNetworkTimeout[1000]",
            "rollback",
            "setNetworkTimeout[0]",
            "getAutoCommit",
            "setNetworkTimeout[1000]",
            "setAutoCommit[true]",
            "setNetworkTimeout[0]",
            "close",
            "close"),
        database.calls);
    assertEquals(0, pool.evicted(), "nothing was cut");
  }

  /** The usual end of a transaction would commit the half that commit() has refused. */
  @Test
  void nothingLeft_autoCommitIsTurnedOn_theTransactionIsRolledBackFirst() throws Exception {
    database.on("getAutoCommit", () -> false);
    Connection connection = source.getConnection();
    try (DeadlineScope scope = over()) {
      assertThrows(DeadlineExceededException.class, connection::commit);
      connection.setAutoCommit(true);
    }
    List<String> ends =
        database.calls.stream().filter(call -> !call.startsWith("setNetworkTimeout")).toList();
    assertEquals(List.of("getAutoCommit", "rollback", "setAutoCommit[true]"), ends);
  }

  /** A statement pool gives it to somebody else. */
  @Test
  void connectionAloneIsClosed_queryTimeout_isAsItWas() throws Exception {
    Connection connection = source.getConnection();
    try (DeadlineScope scope = Deadline.within(LONG)) {
      assertFalse(connection.createStatement().executeQuery("SELECT 1").next());
      connection.close();
    }
    int close = database.calls.indexOf("close");
    assertEquals("setQueryTimeout[0]", database.calls.get(close - 1), database.calls::toString);
  }

  // ---- at the deadline

  @Test
  void stuckQuery_deadline_isCancelledAndItsConnectionEvicted() throws Exception {
    database.endsOnlyBy("executeQuery", CANCEL_OR_ABORT);
    Connection connection = source.getConnection();
    Statement statement = connection.createStatement();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      SQLException thrown =
          assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
      assertEquals("57014", thrown.getSQLState(), "the driver's own");
      assertInstanceOf(DeadlineExceededException.class, thrown.getSuppressed()[0]);
      assertEquals("08006", thrown.getNextException().getSQLState(), "for pools");
      assertFalse(connection.isValid(1));
    }
    assertFalse(database.calls.contains("abort"));
    assertThrows(SQLException.class, connection::createStatement, "without a deadline, too");
    connection.rollback();
    connection.close();
    assertTrue(database.calls.contains("rollback"));
    assertEquals(1, pool.evicted());
  }

  /** By an operator, or because the application stops: what is inside then is known. */
  @Test
  void deadlineWithoutAnEnd_endedAllTheSame_theCallInProgressIsCancelled() throws Exception {
    database.endsOnlyBy("executeQuery", CANCEL_OR_ABORT);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      scope.lift();
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
    }
    assertFalse(
        database.calls.stream().anyMatch(call -> call.matches("set(Query|Network)Timeout.*")),
        "no limit: " + database.calls);
    database.endsOnlyBy("commit", "abort");
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Connection connection = source.getConnection()) {
      scope.lift();
      assertThrows(SQLException.class, connection::commit);
    }
    assertTrue(database.calls.contains("abort"), database.calls::toString);
    assertEquals(2, pool.evicted());
  }

  @Test
  void deadlineIsLifted_nextQuery_hasItsOwnTimeoutsAgain() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeQuery("SELECT 1");
      scope.lift();
      database.calls.clear();
      statement.executeQuery("SELECT 2");
      assertEquals(List.of("setQueryTimeout[0]", "executeQuery"), database.calls);
    }
  }

  @Test
  void callbacksOfTheApplicationBlock_stuckQuery_endsAllTheSame() throws Exception {
    database.endsOnlyBy("executeQuery", CANCEL_OR_ABORT);
    try (BlockedCallbacks blocked = new BlockedCallbacks();
        DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
    }
    assertEquals(1, pool.evicted());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void queryThatIgnoresItsCancellation_deadline_aborts(boolean cancelIsSupported) throws Exception {
    database.endsOnlyBy("executeQuery", "abort");
    if (!cancelIsSupported) {
      database.on("cancel", FakeDatabase.unsupported());
    }
    Connection connection = source.getConnection();
    Statement statement = connection.createStatement();
    long start = System.nanoTime();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(!cancelIsSupported || millis >= Call.PATIENCE_MILLIS, "it is given time: " + millis);
    assertTrue(database.calls.contains("abort"));
    connection.rollback();
    assertFalse(database.calls.contains("rollback"), "the server has done that");
    assertDoesNotThrow(statement::close);
    assertDoesNotThrow(connection::close);
    assertEquals(1, pool.evicted());
  }

  @Test
  void cancelThatBlocks_deadline_abortsAllTheSame() throws Exception {
    database.endsOnlyBy("executeQuery", "abort");
    database.on(
        "cancel",
        () -> {
          while (!database.calls.contains("abort")) {
            Thread.onSpinWait();
          }
          return null;
        });
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
    }
    assertTrue(database.calls.contains("abort"));
  }

  @Test
  void stuckCommit_deadline_aborts() throws Exception {
    database.endsOnlyBy("commit", "abort");
    try (Connection connection = source.getConnection();
        DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      SQLException thrown = assertThrows(SQLException.class, connection::commit);
      assertInstanceOf(DeadlineExceededException.class, thrown.getSuppressed()[0]);
    }
    assertEquals(1, pool.evicted());
  }

  @Test
  void callInTime_deadlineAfterIt_cancelsNothing() throws Exception {
    Connection connection = source.getConnection();
    Statement statement = connection.createStatement();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      statement.executeQuery("SELECT 1");
      scope.shorten(Duration.ZERO);
      assertTrue(scope.isExpired());
    }
    connection.createStatement().executeQuery("SELECT 2");
    connection.close();
    assertFalse(database.calls.contains("cancel"));
    assertEquals(0, pool.evicted());
  }

  // ---- interrupts

  @Test
  void interruptedInside_close_evicts() throws Exception {
    database.on(
        "executeQuery",
        () -> {
          Thread.currentThread().interrupt();
          throw new SQLException("interrupted");
        });
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      SQLException thrown =
          assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
      assertEquals(0, thrown.getSuppressed().length, "the time is not over");
      assertEquals("08006", thrown.getNextException().getSQLState());
      assertTrue(Thread.interrupted(), "it is the application's");
    }
    assertEquals(1, pool.evicted());
  }
}
