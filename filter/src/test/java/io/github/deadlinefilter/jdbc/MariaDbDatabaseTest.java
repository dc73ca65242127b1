package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import io.github.deadlinefilter.net.DeadlineSocketFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.mariadb.jdbc.MariaDbPoolDataSource;

/** What is promised, at a real MariaDB and under a real pool. */
@Timeout(30)
class MariaDbDatabaseTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int POOL = 4;

  @SuppressWarnings("NullAway.Init")
  private static MariaDb server;

  @BeforeAll
  static void start() throws Exception {
    server = new MariaDb();
    server.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(200)) ENGINE=InnoDB");
    server.execute("INSERT INTO t SELECT seq, REPEAT('x', 200) FROM seq_1_to_20000");
    server.execute("CREATE TABLE written (place VARCHAR(20) PRIMARY KEY) ENGINE=InnoDB");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** How the adapter and a pool are put together. */
  enum Place {
    NO_POOL {
      @Override
      DataSource open() throws SQLException {
        return new DeadlineDataSource(new MariaDbDataSource(server.url()));
      }
    },
    AROUND_THE_POOL {
      @Override
      DataSource open() {
        return new DeadlineDataSource(pool(server.url()));
      }
    },
    UNDER_THE_POOL {
      @Override
      DataSource open() {
        return pool(server.guardedUrl());
      }
    },
    AROUND_AND_UNDER {
      @Override
      DataSource open() {
        return new DeadlineDataSource(pool(server.guardedUrl()));
      }
    },
    OF_THE_DRIVER {
      @Override
      DataSource open() throws SQLException {
        return new DeadlineDataSource(new MariaDbPoolDataSource(pooledUrl(server.url())));
      }
    },
    BETWEEN_TWO_POOLS {
      @Override
      DataSource open() {
        return pool(pooledUrl(server.guardedUrl()) + "&pool=true");
      }
    };

    /** With a name, for there is one for all that have the same URL. */
    private static String pooledUrl(String url) {
      return url + "&maxPoolSize=" + POOL + "&poolName=p" + System.nanoTime();
    }

    abstract DataSource open() throws SQLException;

    static HikariDataSource pool(String url) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
      config.setMaximumPoolSize(POOL);
      config.setMinimumIdle(POOL);
      config.setConnectionTimeout(10_000);
      return new HikariDataSource(config);
    }
  }

  private static void close(DataSource database) throws Exception {
    if (database instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  private static void eventually(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) { // the test's timeout ends it
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  /** Has the time of {@code deadline} be over when {@code condition} holds. */
  private static void endWhen(Deadline deadline, Callable<Boolean> condition) {
    Thread watch =
        new Thread(
            () -> {
              try {
                eventually(condition);
                deadline.shorten(Duration.ZERO);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    watch.setDaemon(true);
    watch.start();
  }

  private static void endWhenRunning(Deadline deadline, String mark) {
    endWhen(deadline, () -> server.running(mark) > 0);
  }

  private static long idOf(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT CONNECTION_ID()")) {
      result.next();
      return result.getLong(1);
    }
  }

  private static void assertReasonIn(Throwable thrown) {
    assertTrue(
        Stream.of(thrown.getSuppressed()).anyMatch(DeadlineExceededException.class::isInstance),
        () -> thrown + " has the deadline in it");
  }

  /** Under HikariCP what it has not seen to break before breaks when it is closed. */
  private static void closeUnder(Place place, Connection connection) throws SQLException {
    try {
      connection.close();
    } catch (SQLException e) {
      boolean under = place != Place.NO_POOL && place != Place.AROUND_THE_POOL;
      assertTrue(under && e.getSQLState().startsWith("08"), e::toString);
    }
  }

  @Test
  void poolAroundTheDriversOwn_isRefused() throws Exception {
    try (DeadlineDataSource database =
        new DeadlineDataSource(Place.pool(Place.pooledUrl(server.url()) + "&pool=true"))) {
      SQLException thrown = assertThrows(SQLException.class, database::getConnection);
      assertTrue(thrown.toString().contains("pool=true"), thrown::toString);
    }
  }

  // ---- at the deadline

  @ParameterizedTest
  @EnumSource
  void queryInProgress_deadline_isCancelledAtTheServerAndThePoolIsWhole(Place place)
      throws Exception {
    DataSource database = place.open();
    Connection cut = database.getConnection();
    long id = idOf(cut);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      endWhenRunning(scope, "stuck");
      try (Connection connection = cut) {
        SQLException thrown =
            assertThrows(
                SQLException.class,
                () -> connection.createStatement().executeQuery("SELECT SLEEP(25) /* stuck */"));
        assertReasonIn(thrown);
        eventually(() -> server.running("stuck") == 0);
        assertTrue(scope.remaining().isZero());
      }
    }
    eventually(() -> !server.knows(id));
    for (int i = 0; i < 1000; i++) {
      try (Connection connection = database.getConnection();
          PreparedStatement statement =
              connection.prepareStatement("SELECT CONNECTION_ID(), @@max_statement_time");
          ResultSet result = statement.executeQuery()) {
        assertTrue(result.next());
        assertNotEquals(id, result.getLong(1));
        assertEquals(0, result.getDouble(2));
        assertEquals(0, connection.getNetworkTimeout());
        assertEquals(0, statement.getQueryTimeout());
      }
    }
    assertWhole(database);
    close(database);
  }

  /**
   * A virtual thread that is interrupted in a read closes its socket, and the query would go on.
   */
  @Test
  void queryOnAThreadThatIsInterrupted_deadline_isCancelledAtTheServer() throws Exception {
    Thread worker =
        newThread(
            () -> {
              try (DeadlineScope scope = Deadline.within(LONG)) {
                endWhenRunning(scope, "interrupted");
                try (Connection connection = Place.NO_POOL.open().getConnection()) {
                  SQLException thrown =
                      assertThrows(
                          SQLException.class,
                          () ->
                              connection
                                  .createStatement()
                                  .executeQuery("SELECT SLEEP(25) /* interrupted */"));
                  assertReasonIn(thrown);
                }
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
            });
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    worker.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    long begin = System.nanoTime();
    worker.start();
    worker.join();
    assertEquals(List.of(), failures);
    eventually(() -> server.running("interrupted") == 0);
    Duration taken = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(taken.compareTo(Duration.ofSeconds(15)) < 0, "by its own limit: " + taken);
  }

  /** A virtual one where the JVM has them. */
  private static Thread newThread(Runnable task) throws ReflectiveOperationException {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
      return (Thread) builder.getMethod("unstarted", Runnable.class).invoke(virtual, task);
    } catch (ClassNotFoundException e) {
      return new Thread(task);
    }
  }

  private static void assertWhole(DataSource database) throws Exception {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < POOL; i++) {
      all.add(database.getConnection());
    }
    for (Connection connection : all) {
      assertTrue(connection.isValid(1));
      connection.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void transactionCutByDeadline_rolledBackAndClosed_leavesNothingAndFreesItsLocks(Place place)
      throws Exception {
    DataSource database = place.open();
    Connection connection = database.getConnection();
    connection.setAutoCommit(false);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      endWhenRunning(scope, "in " + place);
      connection
          .createStatement()
          .executeUpdate("INSERT INTO written VALUES ('" + place.name() + "')");
      assertThrows(
          SQLException.class,
          () -> connection.createStatement().execute("SELECT SLEEP(25) /* in " + place + " */"));
      assertTrue(scope.isExpired());
      try {
        connection.rollback();
      } catch (SQLException e) {
        assertTrue(connection.isClosed(), "HikariCP has taken it away: " + e);
      }
      connection.close();
    }
    eventually(
        () -> server.count("SELECT COUNT(*) FROM written WHERE place = ?", place.name()) == 0);
    try (DeadlineScope after = Deadline.within(LONG);
        Connection next = database.getConnection()) {
      assertEquals(
          1,
          next.createStatement()
              .executeUpdate("INSERT INTO written VALUES ('" + place.name() + "')"));
      assertFalse(after.hasFired());
    }
    close(database);
  }

  @ParameterizedTest
  @EnumSource
  void interruptedByItsScope_query_isCancelledAllTheSame(Place place) throws Exception {
    DataSource database = place.open();
    Connection connection = database.getConnection();
    DeadlineExceededException thrown =
        assertThrows(
            DeadlineExceededException.class,
            () ->
                Deadline.run(
                    LONG,
                    () -> {
                      endWhenRunning(Deadline.current(), "interrupted");
                      try (connection;
                          Statement statement = connection.createStatement()) {
                        statement.execute("SELECT SLEEP(25) /* interrupted */");
                      }
                    }));
    assertInstanceOf(SQLException.class, thrown.getSuppressed()[0]);
    assertFalse(Thread.currentThread().isInterrupted());
    eventually(() -> server.running("interrupted") == 0);
    assertWhole(database);
    close(database);
  }

  /** MariaDB's DO swallows that it was killed. */
  @ParameterizedTest
  @EnumSource
  void cancelledCall_comesBackAsIfNothingHadBeen_itsConnectionIsNotGivenToAnybody(Place place)
      throws Exception {
    DataSource database = place.open();
    Connection connection = database.getConnection();
    long id = idOf(connection);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      endWhenRunning(scope, "swallows");
      connection.createStatement().execute("DO SLEEP(25) /* swallows */");
      assertTrue(scope.isExpired());
      closeUnder(place, connection);
    }
    eventually(() -> !server.knows(id));
    assertWhole(database);
    close(database);
  }

  @ParameterizedTest
  @EnumSource
  void largeResultReadRowByRow_deadline_endsTheReading(Place place) throws Exception {
    DataSource database = place.open();
    Connection connection = database.getConnection();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      Statement statement = connection.createStatement();
      statement.setFetchSize(10);
      ResultSet result = statement.executeQuery("SELECT a.name FROM t a JOIN t b /* streamed */");
      Exception thrown =
          assertThrows(
              Exception.class,
              () -> {
                for (int row = 1; result.next(); row++) {
                  assertFalse(result.getString(1).isEmpty());
                  if (row == 1000) {
                    scope.shorten(Duration.ZERO);
                  }
                }
              });
      assertTrue(
          thrown instanceof SQLException || thrown instanceof DeadlineExceededException,
          thrown::toString);
      assertTrue(scope.isExpired());
      result.close();
      statement.close();
      closeUnder(place, connection);
    }
    eventually(() -> server.running("streamed") == 0);
    assertWhole(database);
    close(database);
  }

  // ---- waits

  @Test
  void exhaustedPool_deadline_endsTheWaitAndLeavesNoInterrupt() throws Exception {
    try (HikariDataSource pool = Place.pool(server.url())) {
      DataSource database = new DeadlineDataSource(pool);
      List<Connection> all = new ArrayList<>();
      for (int i = 0; i < POOL; i++) {
        all.add(database.getConnection());
      }
      long start = System.nanoTime();
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        endWhen(scope, () -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() > 0);
        assertReasonIn(assertThrows(SQLException.class, database::getConnection));
        assertFalse(Thread.currentThread().isInterrupted());
        assertTrue(scope.isExpired());
      }
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5), "not the pool's 10 s");
      for (Connection connection : all) {
        connection.close();
      }
      eventually(() -> pool.getHikariPoolMXBean().getIdleConnections() == POOL);
      assertEquals(0, pool.getHikariPoolMXBean().getThreadsAwaitingConnection());
    }
  }

  @Test
  void login_nothingLeft_isRefused() throws Exception {
    try (DeadlineScope scope = Deadline.within(Duration.ofNanos(1), Enforcement.COOPERATE)) {
      assertThrows(
          DeadlineExceededException.class,
          () -> DriverManager.getConnection(server.guardedUrl(), new Properties()));
      assertTrue(scope.isExpired());
    }
  }

  // ---- a driver with the sockets of the adapter, and nothing else of it

  @Test
  void driverOnOurSockets_query_deadline_freesThePlatformThread() throws Exception {
    String url = server.url() + "&socketFactory=" + DeadlineSocketFactory.class.getName();
    Connection connection = DriverManager.getConnection(url);
    long id = idOf(connection);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Statement statement = connection.createStatement()) {
      endWhenRunning(scope, "sockets");
      SQLException thrown =
          assertThrows(
              SQLException.class, () -> statement.execute("SELECT SLEEP(25) /* sockets */"));
      Throwable cause = thrown;
      while (cause.getSuppressed().length == 0 && cause.getCause() != null) {
        cause = cause.getCause();
      }
      assertReasonIn(cause);
      assertTrue(connection.isClosed());
    }
    server.execute("KILL " + id); // the server does not see that its client has gone
    eventually(() -> !server.knows(id));
  }

  // ---- timeouts

  @Test
  void ownShorterQueryTimeout_longDeadline_staysInForce() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG);
        Connection connection = DriverManager.getConnection(server.guardedUrl());
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      SQLException thrown =
          assertThrows(SQLException.class, () -> statement.executeQuery("SELECT SLEEP(10)"));
      assertEquals("70100", thrown.getSQLState());
      assertEquals(1, statement.getQueryTimeout());
      assertEquals(0, thrown.getSuppressed().length);
      assertTrue(connection.isValid(1), "nobody has cancelled it");
      assertFalse(scope.hasFired());
    }
  }

  /** Without the variable's name in it, for that would find the application's own. */
  private static final String IN_FORCE =
      "EXECUTE IMMEDIATE CONCAT('SELECT @@max_statement', '_time')";

  private static double inForce(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      assertTrue(result.next());
      assertEquals(0, statement.getQueryTimeout(), "the application's own");
      return result.getDouble(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_POOL", "UNDER_THE_POOL", "AROUND_AND_UNDER"})
  void queryWithinDeadline_server_hasALimitAboveItAndTheApplicationItsOwn(Place place)
      throws Exception {
    DataSource database = place.open();
    try (Connection connection = database.getConnection()) {
      try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(7))) {
        assertEquals(8.007, inForce(connection, IN_FORCE));
        inForce(connection, "SELECT 1.0");
        long before = questions(connection);
        for (int i = 0; i < 10; i++) {
          inForce(connection, "SELECT 1.0");
        }
        assertEquals(11, questions(connection) - before, "no round trip more");
        assertFalse(scope.hasFired());
      }
      assertEquals(0, inForce(connection, IN_FORCE));
      try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(7))) {
        assertEquals(8.007, inForce(connection, IN_FORCE));
        assertEquals(0, inForce(connection, "SELECT @@max_statement_time"));
        assertFalse(scope.hasFired());
      }
    }
    close(database);
  }

  private static long questions(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW SESSION STATUS LIKE 'Questions'")) {
      assertTrue(result.next());
      return result.getLong(2);
    }
  }

  /** Somebody may use the pool without the adapter: its sessions are left as they are. */
  @Test
  void aroundAPool_query_hasItsOwnLimit() throws Exception {
    DataSource database = Place.AROUND_THE_POOL.open();
    try (Connection connection = database.getConnection();
        DeadlineScope scope = Deadline.within(Duration.ofSeconds(7))) {
      assertEquals(7, inForce(connection, "SELECT @@max_statement_time"));
      assertFalse(scope.hasFired());
    }
    close(database);
  }

  // ---- what it looks like

  @Test
  void connection_unwrapped_isTheDrivers() throws Exception {
    try (Connection connection = DriverManager.getConnection(server.guardedUrl());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT 1")) {
      assertInstanceOf(
          org.mariadb.jdbc.Connection.class, connection.unwrap(org.mariadb.jdbc.Connection.class));
      assertTrue(statement.isWrapperFor(org.mariadb.jdbc.Statement.class));
      assertSame(connection, statement.getConnection());
      assertSame(statement, result.getStatement());
      assertSame(connection, connection.getMetaData().getConnection());
      assertSame(connection, connection.unwrap(Connection.class));
    }
  }
}
