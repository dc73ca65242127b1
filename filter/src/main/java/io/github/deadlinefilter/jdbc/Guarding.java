package io.github.deadlinefilter.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** Guards by reflection, for what has many methods and is not called often. */
final class Guarding {
  private Guarding() {}

  /** A prepared statement that has output parameters, too: those are the driver's, in memory. */
  static CallableStatement callable(
      GuardedConnection connection, CallableStatement delegate, String sql) {
    GuardedPreparedStatement guarded = new GuardedPreparedStatement(connection, delegate, sql);
    CallableStatement callable =
        CallableStatement.class.cast(
            Proxy.newProxyInstance(
                Guarding.class.getClassLoader(),
                new Class<?>[] {CallableStatement.class},
                (proxy, method, arguments) -> {
                  Class<?> declaring = method.getDeclaringClass();
                  if (declaring == Wrapper.class || declaring == Object.class) {
                    return ofAny(connection, proxy, delegate, method, arguments);
                  } else if (declaring == CallableStatement.class) {
                    return ofCallable(guarded, delegate, method, arguments);
                  }
                  return invoke(guarded, method, arguments);
                }));
    guarded.isSeenAs(callable);
    return callable;
  }

  /** An output parameter may be a cursor, which the driver may have to open at the server. */
  @SuppressWarnings("NullAway") // it does not see that the work may answer null
  private static @Nullable Object ofCallable(
      GuardedPreparedStatement guarded,
      CallableStatement delegate,
      Method method,
      Object @Nullable [] arguments)
      throws Throwable {
    if (!method.getName().equals("getObject")) {
      return invoke(delegate, method, arguments);
    }
    Work<@Nullable Object> work = () -> invokeInDriver(delegate, method, arguments);
    Object result = guarded.guard.call(work);
    return result instanceof ResultSet rows ? guarded.cursor(rows) : result;
  }

  /** What a driver knows of its database: it asks the server for all that is a result set. */
  static DatabaseMetaData metaData(GuardedConnection connection, DatabaseMetaData delegate) {
    return DatabaseMetaData.class.cast(
        Proxy.newProxyInstance(
            Guarding.class.getClassLoader(),
            new Class<?>[] {DatabaseMetaData.class},
            (proxy, method, arguments) ->
                ofMetaData(connection, delegate, proxy, method, arguments)));
  }

  @SuppressWarnings("NullAway") // it does not see that the work may answer null
  private static @Nullable Object ofMetaData(
      GuardedConnection connection,
      DatabaseMetaData delegate,
      Object proxy,
      Method method,
      Object @Nullable [] arguments)
      throws Throwable {
    if (method.getReturnType() == Connection.class) {
      return connection;
    } else if (method.getReturnType() == ResultSet.class) {
      Work<@Nullable Object> work = () -> invokeInDriver(delegate, method, arguments);
      Object result = connection.guard.call(work);
      return result instanceof ResultSet rows ? guarded(connection, rows) : null;
    }
    return ofAny(connection, proxy, delegate, method, arguments);
  }

  private static @Nullable Object ofAny(
      GuardedConnection connection,
      Object proxy,
      Wrapper delegate,
      Method method,
      Object @Nullable [] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "unwrap" -> connection.guard.unwrap(proxy, delegate, typeIn(arguments));
      case "isWrapperFor" -> Wrapping.isWrapperFor(proxy, delegate, typeIn(arguments));
      default -> invoke(delegate, method, arguments);
    };
  }

  private static Class<?> typeIn(Object @Nullable [] arguments) {
    return arguments != null && arguments[0] instanceof Class<?> type ? type : Wrapper.class;
  }

  private static ResultSet guarded(GuardedConnection connection, ResultSet rows)
      throws SQLException {
    Statement statement = rows.getStatement();
    return statement == null ? rows : new StatementBehind(connection, statement).guarded(rows);
  }

  private static @Nullable Object invokeInDriver(
      Object target, Method method, Object @Nullable [] arguments) throws SQLException {
    try {
      return invoke(target, method, arguments);
    } catch (SQLException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new SQLException(e); // JDBC declares nothing else
    }
  }

  private static @Nullable Object invoke(
      Object target, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
