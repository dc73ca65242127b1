package io.github.deadlinefilter.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A server that has a limit for the statements of a session, and notes what it is sent. */
final class FakeSession {
  /** What the drivers of all of them have, each under a name of its own. */
  public interface Numbered {
    int getBackendPID();
  }

  /** All that it has been sent, in order; a query timeout of the driver's as {@code timeout=3}. */
  final List<String> sent = new ArrayList<>();

  /** Of the one statement that has one. */
  private final List<String> batch = new ArrayList<>();

  private final String product;
  private final String variable;
  private final boolean undoes;

  /** What the server's session has in force. */
  String value;

  /** What it is again after a rollback. */
  private String valueBefore;

  /** What the server says; the driver says 42. */
  int number = 42;

  private boolean autoCommit = true;
  private boolean failed;

  /** Until the end of the transaction, whatever that is. */
  private boolean isLocal;

  /** Of its statements. */
  int fetchSize;

  /** Transactions of which there was more than nothing. */
  int committed;

  private boolean begun;

  String url = "jdbc:postgresql://db/orders";

  FakeSession(String product, String value) {
    this.product = product;
    this.value = value;
    this.valueBefore = value;
    this.undoes = product.equals("PostgreSQL");
    this.variable =
        switch (product) {
          case "PostgreSQL" -> "statement_timeout";
          case "MySQL" -> "max_execution_time";
          default -> "max_statement_time";
        };
  }

  /** As a driver gives it out. */
  Connection connection() {
    return (Connection)
        Proxy.newProxyInstance(
            FakeSession.class.getClassLoader(),
            new Class<?>[] {Connection.class, Numbered.class},
            this::ofConnection);
  }

  private @Nullable Object ofConnection(Object proxy, Method method, Object @Nullable [] given)
      throws Throwable {
    return switch (method.getName()) {
      case "getBackendPID" -> 42;
      case "getAutoCommit" -> autoCommit;
      case "setAutoCommit" -> {
        boolean to = given != null && (Boolean) given[0];
        boolean changes = to != autoCommit;
        autoCommit = to;
        yield changes ? end(/* undone= */ false) : null;
      }
      case "commit" -> {
        committed += begun ? 1 : 0;
        yield end(/* undone= */ failed);
      }
      case "rollback" -> end(/* undone= */ true);
      case "createStatement", "prepareStatement" ->
          proxy(
              PreparedStatement.class,
              (statement, asked, arguments) ->
                  asked.getName().endsWith("Batch")
                      ? batch(asked, arguments == null ? given : arguments)
                      : execute(asked, arguments));
      case "getMetaData" ->
          proxy(
              DatabaseMetaData.class,
              (metaData, asked, arguments) ->
                  switch (asked.getName()) {
                    case "getURL" -> url;
                    case "getDatabaseProductName" -> product;
                    default -> {
                      sent.add(asked.getName());
                      yield nothing(asked);
                    }
                  });
      default -> nothing(method);
    };
  }

  private @Nullable Object end(boolean undone) {
    if ((undone && undoes) || isLocal) {
      value = valueBefore;
    }
    isLocal = false;
    valueBefore = value;
    failed = false;
    begun = false;
    return null;
  }

  /** {@code given} is the statement, which a prepared one has from the beginning. */
  private @Nullable Object batch(Method method, Object @Nullable [] given) throws SQLException {
    switch (method.getName()) {
      case "addBatch" -> {
        if (given != null) {
          batch.add((String) given[0]);
        }
      }
      case "clearBatch" -> batch.clear();
      default -> {
        for (String sql : batch) {
          run(sql);
        }
        batch.clear();
        return new int[0];
      }
    }
    return null;
  }

  private @Nullable Object execute(Method method, Object @Nullable [] given) throws SQLException {
    if (method.getName().equals("setQueryTimeout") && given != null) {
      sent.add("timeout=" + given[0]);
    }
    if (method.getName().equals("getFetchSize")) {
      return fetchSize;
    }
    if (!method.getName().startsWith("execute") || given == null) {
      return nothing(method);
    }
    run((String) given[0]);
    return method.getReturnType() == ResultSet.class ? answer() : nothing(method);
  }

  private void run(String sql) throws SQLException {
    sent.add(sql);
    begun |= !autoCommit && sql.startsWith("INSERT");
    if (failed) {
      throw new SQLException("current transaction is aborted", "25P02");
    }
    String text = sql.toLowerCase(Locale.ROOT);
    if (text.equals("fails")) {
      failed = undoes && !autoCommit;
      throw new SQLException("fails");
    } else if (text.equals("rollback")) {
      Object unused = end(/* undone= */ true);
    } else if (text.startsWith("set local")) {
      value = text.substring(text.indexOf('=') + 1).replace("'", "");
      isLocal = true;
    } else if (text.startsWith("set") && text.contains(variable)) {
      value = text.substring(text.indexOf('=') + 1).replace("'", "");
      valueBefore = autoCommit || !undoes ? value : valueBefore;
    }
  }

  private ResultSet answer() {
    String now = value;
    return proxy(
        ResultSet.class,
        (rows, asked, arguments) ->
            switch (asked.getName()) {
              case "next" -> true;
              case "getString" -> now;
              case "getLong" -> (long) number;
              default -> nothing(asked);
            });
  }

  private static @Nullable Object nothing(Method method) {
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? (Object) 0 : null;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
