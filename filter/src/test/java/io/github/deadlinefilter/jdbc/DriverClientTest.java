package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.Connection;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.client.Client;
import org.mariadb.jdbc.client.Context;
import org.mariadb.jdbc.client.ServerVersion;
import org.mariadb.jdbc.client.util.ClosableLock;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.pool.MariaDbInnerPoolConnection;

/** A connection that MariaDB's driver has lent from a pool of its own. */
class DriverClientTest {
  /** What its client has been asked to do, and that it has been given back. */
  private final List<String> calls = new ArrayList<>();

  private final Connection lent = lent();

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private Connection lent() {
    try {
      Configuration configuration = Configuration.parse("jdbc:mariadb://db.example/test");
      ExceptionFactory exceptions =
          new ExceptionFactory(configuration, HostAddress.from("db.example", 3306));
      ServerVersion version = proxy(ServerVersion.class, (proxy, asked, given) -> false);
      Context context =
          proxy(
              Context.class,
              (proxy, asked, given) ->
                  switch (asked.getName()) {
                    case "getVersion" -> version;
                    case "getConf" -> configuration;
                    default -> 0;
                  });
      Client client =
          proxy(
              Client.class,
              (proxy, asked, given) ->
                  switch (asked.getName()) {
                    case "getExceptionFactory" -> exceptions;
                    case "getContext" -> context;
                    default -> {
                      calls.add(asked.getName());
                      yield null;
                    }
                  });
      Connection connection = new Connection(configuration, new ClosableLock(), client);
      MariaDbInnerPoolConnection pooled = new MariaDbInnerPoolConnection(connection);
      pooled.addConnectionEventListener(
          new ConnectionEventListener() {
            @Override
            public void connectionClosed(ConnectionEvent event) {
              calls.add("given back");
            }

            @Override
            public void connectionErrorOccurred(ConnectionEvent event) {}
          });
      connection.setPoolConnection(pooled);
      return connection;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void lentByTheDriversPool_abort_cutsItAndDoesNotGiveItBack() {
    new Guard(lent, /* alone= */ true).abort();
    assertEquals(List.of("abort"), calls);
  }

  @Test
  void lentByTheDriversPool_anotherPoolAroundIt_isRefusedWithWhatIsAccepted() {
    java.sql.Connection outer =
        proxy(
            java.sql.Connection.class,
            (proxy, asked, given) ->
                asked.getName().equals("unwrap") ? lent : asked.invoke(lent, given));
    DeadlineDataSource source = new DeadlineDataSource(new FakePool(() -> outer));
    for (int i = 0; i < 2; i++) {
      SQLException thrown = assertThrows(SQLException.class, source::getConnection);
      assertTrue(thrown.toString().contains("jdbc:deadline:mariadb:"), thrown::toString);
      assertEquals("given back", calls.get(calls.size() - 1));
      calls.clear();
    }
  }

  @Test
  void lentByTheDriversPool_eviction_endsItBeforeItIsGivenBack() {
    Eviction.OF_DRIVER.evict(lent);
    assertEquals("abort", calls.get(0));
    assertTrue(calls.indexOf("close") > 0, calls::toString);
    assertTrue(calls.indexOf("given back") > calls.indexOf("close"), calls::toString);
  }
}
