package io.github.deadlinefilter.demo.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SqlServerTest {
  private SqlServer server;
  private Connection connection;

  @BeforeEach
  void start() throws SQLException {
    server = new SqlServer();
    connection = DriverManager.getConnection(server.jdbcUrl(server.address()));
  }

  @AfterEach
  void stop() throws SQLException {
    connection.close();
    server.close();
  }

  @Test
  void sleep_takesItsTime_andItsRunIsTold() throws Exception {
    long begin = System.nanoTime();
    try (PreparedStatement query = query("run-sleeptoend00", "0.2");
        ResultSet row = query.executeQuery()) {
      assertTrue(row.next());
      assertEquals(0, row.getInt(1));
    }
    assertTrue(System.nanoTime() - begin >= 200_000_000);
    awaitTold("run-sleeptoend00", "replied");
  }

  @Test
  void sleepThatIsCancelled_isOver_andItsRunIsTold() throws Exception {
    try (PreparedStatement query = query("run-cancelled000", "50")) {
      CompletableFuture<Boolean> asleep = CompletableFuture.supplyAsync(() -> execute(query));
      awaitTold("run-cancelled000", "null");
      query.cancel();
      var e = assertThrows(CompletionException.class, asleep::join);
      assertTrue(String.valueOf(e.getMessage()).contains("canceled"), e::toString);
    }
    awaitTold("run-cancelled000", "stopped");
  }

  private PreparedStatement query(String run, String seconds) throws SQLException {
    PreparedStatement query = connection.prepareStatement("SELECT SLEEP(?) /* " + run + " */");
    query.setBigDecimal(1, new java.math.BigDecimal(seconds));
    return query;
  }

  private static boolean execute(PreparedStatement query) {
    try {
      return query.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitTold(String run, String how) throws InterruptedException {
    String quoted = how.equals("null") ? how : '"' + how + '"';
    while (!SqlFunctions.RUNS
        .json(0)
        .matches("(?s).*\"" + run + "\"[^}]*\"how\": " + quoted + "}.*")) {
      if (Thread.interrupted()) {
        throw new InterruptedException("in vain");
      }
      Thread.onSpinWait();
    }
  }
}
