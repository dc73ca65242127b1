package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool of one that cannot be told, and whose connections know of no abort: they only unwrap. */
@Timeout(20)
class EvictionTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final FakeDatabase database = new FakeDatabase("PostgreSQL");
  private final DataSource source =
      new DeadlineDataSource(proxy(DataSource.class, (pool, method, given) -> lend()));

  private Connection pooled = database.connection();
  private int opened = 1;

  EvictionTest() {
    database.on(
        "isClosed", () -> database.calls.contains("abort") || database.calls.contains("close"));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Tests it first, as pools do. */
  private Connection lend() throws SQLException {
    if (pooled.isClosed()) {
      database.calls.clear();
      pooled = database.connection();
      opened++;
    }
    Connection physical = pooled;
    return proxy(Connection.class, (proxy, method, given) -> ofProxy(physical, method, given));
  }

  private static @Nullable Object ofProxy(
      Connection physical, Method method, Object @Nullable [] given) throws Throwable {
    return switch (method.getName()) {
      case "close" -> null; // it is back in the pool
      case "abort" -> throw new SQLFeatureNotSupportedException("abort");
      case "unwrap" -> physical;
      default -> {
        try {
          yield method.invoke(physical, given);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    };
  }

  private void useAtTheDeadline() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      assertThrows(SQLException.class, () -> statement.executeQuery("SELECT 1"));
      assertTrue(scope.isExpired());
    }
  }

  private void assertTheNextIsAnother() throws SQLException {
    try (Connection next = source.getConnection()) {
      assertFalse(next.isClosed());
      assertEquals(2, opened);
    }
  }

  @Test
  void cancelledQuery_poolThatOnlyUnwraps_opensAnotherConnection() throws Exception {
    database.endsOnlyBy("executeQuery", "cancel");
    useAtTheDeadline();
    assertTheNextIsAnother();
  }

  @Test
  void queryThatIgnoresItsCancellation_poolThatOnlyUnwraps_isAborted() throws Exception {
    database.endsOnlyBy("executeQuery", "abort");
    useAtTheDeadline();
    assertTheNextIsAnother();
  }

  @Test
  void driverWithoutAbort_cancelledQuery_itsConnectionIsClosed() throws Exception {
    database.endsOnlyBy("executeQuery", "cancel");
    database.on("abort", FakeDatabase.unsupported());
    database.on("isClosed", () -> database.calls.contains("close"));
    useAtTheDeadline();
    assertTheNextIsAnother();
  }

  @Test
  void queryInTime_connection_servesAgain() throws Exception {
    try (Connection connection = source.getConnection();
        DeadlineScope scope = Deadline.within(LONG)) {
      assertFalse(connection.createStatement().executeQuery("SELECT 1").next());
      assertFalse(scope.hasFired());
    }
    try (Connection next = source.getConnection()) {
      assertFalse(next.isClosed());
      assertEquals(1, opened);
    }
  }
}
