package io.github.deadlinefilter;

import io.github.deadlinefilter.jdbc.DeadlineDriver;
import io.github.deadlinefilter.jdbc.MariaDb;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One query by key, prepared, read and closed: the driver alone, and with the adapter.
 *
 * <p>{@code bench.Figures} has the ratios. A first look, in blocks that took turns in one JVM, with
 * OpenJDK 17 on two processors that others used too (so no more than a hint): MariaDB within a
 * deadline 1.06 of the driver alone, and 1.24 while its driver sent the limit with every statement.
 * H2, whose query takes 0.85 microseconds, 2.4: what a deadline costs is 1.2 microseconds, two
 * calls that can be cancelled and one in the ledger.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class JdbcBenchmark {
  /** Where the query goes. */
  public enum Server {
    H2_IN_MEMORY,
    MARIADB_LOOPBACK
  }

  @Param public With with;
  @Param public Server server;
  private @Nullable MariaDb mariaDb;
  private Connection connection;
  private int id;

  @Setup(Level.Trial)
  public void connect() throws Exception {
    String url = "jdbc:h2:mem:bench";
    if (server == Server.MARIADB_LOOPBACK) {
      mariaDb = new MariaDb();
      url = mariaDb.url();
    }
    if (with != With.NOTHING) {
      url = url.replaceFirst("jdbc:", DeadlineDriver.PREFIX);
    }
    connection = DriverManager.getConnection(url);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(50))");
      for (int i = 0; i < 1000; i++) {
        statement.execute("INSERT INTO t VALUES (" + i + ", 'somebody')");
      }
    }
    with.begin();
  }

  @TearDown(Level.Trial)
  public void close() throws Exception {
    With.end();
    connection.close();
    if (mariaDb != null) {
      mariaDb.close();
    }
  }

  @Benchmark
  public String query() throws SQLException {
    id = (id + 1) % 1000;
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT name FROM t WHERE id = ?")) {
      statement.setInt(1, id);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
