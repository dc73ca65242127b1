package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server's session has in force, and how often it is told. */
@Timeout(20)
class SessionLimitTest {
  private FakeSession server = new FakeSession("PostgreSQL", "0");
  private Connection connection = of(server);

  private static Connection of(FakeSession server) {
    return new GuardedConnection(server.connection(), Eviction.OF_DRIVER, /* alone= */ true);
  }

  private void use(String product, String value) {
    server = new FakeSession(product, value);
    connection = of(server);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertFalse(statement.execute(sql));
    }
  }

  private void within(long seconds, String sql) throws SQLException {
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(seconds))) {
      execute(sql);
      assertFalse(scope.hasFired());
    }
  }

  // ---- how long it is

  @ParameterizedTest
  @CsvSource({
    "MariaDB,    0.000000, 10, 16.007",
    "MySQL,      0,        10, 16007",
    "PostgreSQL, 0,        10, 16007",
    "MariaDB,    0.000000, 15, 16.007",
    "MariaDB,    0.000000, 16, 32.007",
    "PostgreSQL, 0,       600, 1024007",
    // Its own is shorter.
    "MariaDB,    1.500000, 10, 1.500000",
    "PostgreSQL, 1500ms,   10, 1500ms",
    "PostgreSQL, 8s,       10, 8s",
    // Or longer.
    "PostgreSQL, 5min,     10, 16007",
    "MySQL,      60000,    10, 16007",
    // More than a server takes: its own.
    "PostgreSQL, 0,  99999999, 0",
  })
  void deadline_statement_hasALimitAboveIt(String product, String own, long left, String inForce)
      throws Exception {
    use(product, own);
    within(left, "SELECT 1");
    assertEquals(inForce, server.value);
    execute("SELECT 2");
    assertEquals(own, server.value, "without a deadline");
    assertFalse(server.sent.stream().anyMatch(sql -> sql.startsWith("timeout")), "no other limit");
  }

  @Test
  void manyStatements_deadlinesOfAKind_areNoRoundTripMore() throws Exception {
    within(10, "SELECT 1");
    server.sent.clear();
    for (int i = 0; i < 100; i++) {
      within(4 + i % 11, "SELECT 2");
    }
    assertEquals(List.of("SELECT 2"), server.sent.stream().distinct().toList());
    assertEquals(100, server.sent.size());
  }

  @Test
  void limitThatIsTooShortOrFarTooLong_statement_hasAnother() throws Exception {
    within(1, "SELECT 1");
    assertEquals("2007", server.value);
    within(30, "SELECT 1");
    assertEquals("32007", server.value);
    within(9, "SELECT 1");
    assertEquals("32007", server.value, "no more than four times what is left");
    within(2, "SELECT 1");
    assertEquals("4007", server.value);
    within(1, "SELECT 1");
    assertEquals("4007", server.value);
    within(1000, "SELECT 1");
    within(300, "SELECT 1");
    assertEquals("1024007", server.value);
    within(200, "SELECT 1");
    assertEquals("256007", server.value);
  }

  /** MySQL's limit ends nothing else. */
  @Test
  void mysql_statementThatIsNoSelect_hasAQueryTimeoutAsWell() throws Exception {
    use("MySQL", "0");
    within(10, " select 1");
    server.sent.clear();
    within(10, "UPDATE t SET a = 1");
    within(10, " select 2");
    assertEquals(
        List.of("timeout=10", "UPDATE t SET a = 1", "timeout=0", " select 2"), server.sent);
  }

  // ---- the application's own

  @Test
  void applicationAsks_seesItsOwn() throws Exception {
    within(10, "SELECT 1");
    within(10, "SHOW Statement_Timeout");
    assertEquals("0", server.value);
  }

  @Test
  void applicationSetsItsOwn_hasItFromThenOn() throws Exception {
    within(10, "SELECT 1");
    within(10, "SET statement_timeout=5000");
    server.sent.clear();
    within(10, "SELECT 1");
    assertEquals("5000", server.value);
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent);
    execute("SET statement_timeout=90000");
    within(10, "SELECT 1");
    assertEquals("90000", server.value);
  }

  private void batch(String... all) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : all) {
        statement.addBatch(sql);
      }
      assertEquals(0, statement.executeBatch().length);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void applicationSetsItsOwnInABatch_hasItFromThenOn(boolean withinADeadline) throws Exception {
    within(10, "SELECT 1");
    if (withinADeadline) {
      try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
        batch("INSERT 1", "SET statement_timeout=5000", "INSERT 2");
        assertFalse(scope.hasFired());
      }
    } else {
      batch("INSERT 1", "SET statement_timeout=5000", "INSERT 2");
    }
    within(10, "SELECT 1");
    execute("SELECT 2");
    assertEquals("5000", server.value);
  }

  @Test
  void everythingIsResetInABatch_itsOwnBeforeThatDoesNotComeBack() throws Exception {
    use("PostgreSQL", "30000");
    within(10, "SELECT 1");
    batch("INSERT 1", " RESET ALL");
    server.value = "0";
    within(10, "SELECT 1");
    execute("SELECT 2");
    assertEquals("0", server.value);
  }

  @Test
  void applicationSetsItsOwnInAPreparedBatch_hasItFromThenOn() throws Exception {
    within(10, "SELECT 1");
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10));
        PreparedStatement statement = connection.prepareStatement("SET statement_timeout=5000")) {
      statement.addBatch();
      assertEquals(0, statement.executeBatch().length);
      assertFalse(scope.hasFired());
    }
    execute("SELECT 2");
    assertEquals("5000", server.value);
  }

  @Test
  void batchThatIsClearedOrRefused_countsWhenItIsExecuted() throws Exception {
    within(10, "SELECT 1");
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("SET statement_timeout=5000");
      statement.clearBatch();
      statement.addBatch("INSERT 1");
      assertEquals(0, statement.executeBatch().length);
      within(10, "SELECT 1");
      assertEquals("16007", server.value, "it is used as before");

      statement.addBatch("SET statement_timeout=5000");
      try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
        assertTrue(scope.shorten(Duration.ZERO));
        assertThrows(DeadlineExceededException.class, statement::executeBatch);
      }
      assertEquals(0, statement.executeBatch().length);
    }
    within(10, "SELECT 1");
    execute("SELECT 2");
    assertEquals("5000", server.value);
  }

  @Test
  void applicationSetsItForOneTransaction_nobodyHasItAfterThat() throws Exception {
    within(10, "SELECT 1");
    connection.setAutoCommit(false);
    within(10, "SET LOCAL statement_timeout=2000");
    within(10, "SELECT 1");
    assertEquals("2000", server.value);
    connection.commit();
    connection.setAutoCommit(true);
    execute("SELECT 2");
    within(10, "SELECT 3");
    assertEquals("0", server.value);
  }

  @Test
  void everythingIsReset_itsOwnBeforeThatDoesNotComeBack() throws Exception {
    use("PostgreSQL", "30000");
    within(10, "SELECT 1");
    execute("RESET ALL");
    server.value = "0";
    within(10, "SELECT 1");
    execute("SELECT 2");
    assertEquals("0", server.value);
  }

  @Test
  void firstStatement_setsItsOwn_isKept() throws Exception {
    within(10, "SET statement_timeout=5000");
    assertEquals("5000", server.value);
    within(10, "SELECT 1");
    execute("SELECT 2");
    assertEquals("5000", server.value);
  }

  @Test
  void close_sessionMayGoToAPoolOfTheDriver_hasItsOwn() throws Exception {
    within(10, "SELECT 1");
    connection.close();
    assertEquals("0", server.value);
  }

  @Test
  void unwrapped_itIsNotUsedAnyMore() throws Exception {
    within(10, "SELECT 1");
    FakeSession.Numbered driver = connection.unwrap(FakeSession.Numbered.class);
    assertEquals(42, driver.getBackendPID());
    assertEquals("0", server.value);
    server.sent.clear();
    within(10, "SELECT 1");
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent);
  }

  @Test
  void unwrappedInATransaction_rollbackBringsOursBack_itIsTakenAway() throws Exception {
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      connection.setAutoCommit(false);
      execute("SELECT 1");
      assertEquals(42, connection.unwrap(FakeSession.Numbered.class).getBackendPID());
      connection.rollback();
      assertFalse(scope.hasFired());
    }
    assertEquals("0", server.value);
  }

  /** In a transaction with a limit of ours, which is unwrapped, and written in. */
  private void begin(DeadlineScope scope) throws SQLException {
    connection.setAutoCommit(false);
    execute("SELECT 1");
    assertEquals(42, connection.unwrap(FakeSession.Numbered.class).getBackendPID());
    execute("INSERT 1");
    assertFalse(scope.hasFired());
  }

  @Test
  void commitThatIsRefused_nothingElseCommitsForIt() throws Exception {
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      begin(scope);
      assertTrue(scope.shorten(Duration.ZERO));
      assertThrows(DeadlineExceededException.class, connection::commit);
      assertEquals(0, server.committed);
      connection.rollback();
    }
    assertEquals(0, server.committed);
    assertEquals("0", server.value);
  }

  @Test
  void autoCommitIsOffAlready_switchingItOffAgainCommitsNothing() throws Exception {
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      begin(scope);
      connection.setAutoCommit(false);
      assertEquals(0, server.committed);
      connection.rollback();
    }
    assertEquals(0, server.committed);
    assertEquals("0", server.value);
  }

  /** It would begin the transaction, and what has to be set first is too late then. */
  @Test
  void transactionWithoutALimitOfOurs_preparing_sendsNothing() throws Exception {
    within(10, "SELECT 1");
    connection.setAutoCommit(false); // without a deadline: the application's own is back
    server.sent.clear();
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      connection.prepareStatement("SELECT 2");
      assertFalse(scope.hasFired());
    }
    assertEquals(List.of(), server.sent);
  }

  @Test
  void whatIsNoStatement_hasNoLimitThatIsTooShort() throws Exception {
    within(1, "SELECT 1");
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      connection.getMetaData().getTables(null, null, "%", null);
      assertFalse(scope.hasFired());
    }
    assertEquals("16007", server.value);
  }

  // ---- where it is not used

  /** The server counts until the last row is sent, and a download may take longer. */
  @ParameterizedTest
  @CsvSource({"MariaDB, 0.000000", "MySQL, 0", "PostgreSQL, 0"})
  void rowsThatAreFetchedAsTheyAreRead_haveItsOwn(String product, String own) throws Exception {
    use(product, own);
    within(10, "SELECT 1");
    server.fetchSize = 100;
    server.sent.clear();
    within(10, "SELECT 2");
    assertEquals(own, server.value);
    if (product.equals("MariaDB")) {
      assertFalse(server.sent.stream().anyMatch(sql -> sql.startsWith("timeout")), "nor that");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mariadb:replication://p,r/db",
        "jdbc:mariadb://a,b/db",
        "jdbc:mysql:loadbalance://a/db",
        "jdbc:mysql+srv://a/db",
        "jdbc:postgresql://a:1,b:2/db?x=y"
      })
  void severalServers_statement_hasAQueryTimeoutInstead(String url) throws Exception {
    server.url = url;
    within(10, "SELECT 1");
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent);
  }

  @Test
  void commaBehindTheHost_isOneServer() throws Exception {
    server.url = "jdbc:postgresql://a/db?options=a,b";
    within(10, "SELECT 1");
    assertEquals("16007", server.value);
  }

  /** As PgBouncer does: the next transaction is another server process's. */
  @Test
  void proxyThatSharesSessions_statement_hasAQueryTimeoutInstead() throws Exception {
    server.number = 7;
    within(10, "SELECT 1");
    assertEquals("0", server.value);
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent.subList(1, 4));
  }

  @Test
  void serverWithoutIt_statement_hasAQueryTimeoutInstead() throws Exception {
    use("Oracle", "0");
    within(10, "SELECT 1");
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent);
  }

  // ---- PostgreSQL's transactions

  @Test
  void transaction_limitIsSetBeforeIt_soThatARollbackLeavesIt() throws Exception {
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      connection.setAutoCommit(false);
      assertEquals("16007", server.value);
      server.sent.clear();
      execute("SELECT 1");
      connection.rollback();
      execute("SELECT 1");
      connection.commit();
      assertEquals(List.of("SELECT 1", "SELECT 1"), server.sent);
      assertFalse(scope.hasFired());
    }
  }

  @Test
  void transactionThatLastsLonger_rollback_setsItAgain() throws Exception {
    within(1, "SELECT 1");
    connection.setAutoCommit(false);
    within(10, "SELECT 1");
    assertEquals("16007", server.value);
    connection.rollback();
    assertEquals("0", server.value, "what the server makes of it");
    within(10, "SELECT 1");
    assertEquals("16007", server.value);
    connection.rollback();
    execute("SELECT 2");
    assertEquals("0", server.value);
  }

  @Test
  void rollbackByAStatement_setsItAgain() throws Exception {
    within(1, "SELECT 1");
    connection.setAutoCommit(false);
    within(10, "SELECT 1");
    within(10, "ROLLBACK");
    within(10, "SELECT 1");
    assertEquals("16007", server.value);
  }

  @Test
  void rollbackInABatch_setsItAgain() throws Exception {
    within(1, "SELECT 1");
    connection.setAutoCommit(false);
    within(10, "SELECT 1");
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(10))) {
      batch("INSERT 1", "ROLLBACK");
      assertFalse(scope.hasFired());
    }
    assertEquals("0", server.value, "what the server makes of it");
    within(10, "SELECT 1");
    assertEquals("16007", server.value);
  }

  @Test
  void transactionHasFailed_itsOwnFailuresAreTheApplications_andAfterItTheLimitIsThere()
      throws Exception {
    within(3, "SELECT 1");
    connection.setAutoCommit(false);
    assertThrows(SQLException.class, () -> within(3, "fails"));
    SQLException thrown = assertThrows(SQLException.class, () -> within(10, "SELECT 2"));
    assertEquals("25P02", thrown.getSQLState());
    connection.rollback();
    within(10, "SELECT 3");
    assertEquals("16007", server.value);
  }

  @Test
  void applicationAsksInATransaction_rollbackBringsOursBack_itsOwnIsNotForgotten()
      throws Exception {
    within(10, "SELECT 1");
    connection.setAutoCommit(false);
    within(10, "SHOW statement_timeout");
    connection.rollback();
    execute("SELECT 2");
    assertEquals("0", server.value);
  }

  /** It would be the first in it, and "SET TRANSACTION" has to be. */
  @Test
  void firstUseIsInATransaction_nothingIsAskedInIt() throws Exception {
    connection.setAutoCommit(false);
    within(10, "SELECT 1");
    assertEquals(List.of("timeout=10", "SELECT 1", "timeout=0"), server.sent);
  }
}
