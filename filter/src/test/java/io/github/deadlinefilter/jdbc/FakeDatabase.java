package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A driver that notes what it is asked to do, and does what a test says. */
final class FakeDatabase {
  /** What a method of the driver does in a test. */
  @FunctionalInterface
  interface Behaviour {
    @Nullable Object call() throws Exception;
  }

  /** Such as {@code setQueryTimeout[7]}, in order; what only asks is not among them. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  private final String product;
  private volatile int networkTimeout;
  private volatile int queryTimeout;

  FakeDatabase(String product) {
    this.product = product;
  }

  FakeDatabase on(String method, Behaviour behaviour) {
    behaviours.put(method, behaviour);
    return this;
  }

  /**
   * A {@code call} that has the deadline come when it is inside, ends when the driver is asked for
   * one of {@code ends}, and then fails.
   */
  void endsOnlyBy(String call, String... ends) {
    CountDownLatch told = new CountDownLatch(1);
    for (String end : ends) {
      on(
          end,
          () -> {
            told.countDown();
            return null;
          });
    }
    on(
        call,
        () -> {
          Deadline.current().shorten(Duration.ZERO);
          while (told.getCount() > 0) { // whoever interrupts it
            Thread.onSpinWait();
          }
          throw new SQLException("stopped", "57014");
        });
  }

  static Behaviour unsupported() {
    return () -> {
      throw new SQLFeatureNotSupportedException();
    };
  }

  Connection connection() {
    return proxy(Connection.class, this::ofConnection);
  }

  private @Nullable Object ofConnection(Object proxy, Method method, Object @Nullable [] given)
      throws Throwable {
    return switch (method.getName()) {
      case "getNetworkTimeout" -> networkTimeout;
      case "setNetworkTimeout" -> {
        networkTimeout = lastOf(given);
        yield did("setNetworkTimeout", new Object[] {networkTimeout}, method);
      }
      case "createStatement", "prepareStatement", "prepareCall" ->
          proxy(CallableStatement.class, this::ofStatement);
      case "getMetaData" ->
          proxy(
              DatabaseMetaData.class,
              (metaData, asked, arguments) ->
                  switch (asked.getName()) {
                    case "getDatabaseProductName" -> product;
                    case "getTables" -> rows(true);
                    default -> null;
                  });
      case "isValid" -> true;
      case "isWrapperFor" -> false;
      case "unwrap" -> null;
      default -> did(method.getName(), given, method);
    };
  }

  private @Nullable Object ofStatement(Object proxy, Method method, Object @Nullable [] given)
      throws Throwable {
    return switch (method.getName()) {
      case "getQueryTimeout" -> queryTimeout;
      case "getFetchSize" -> 0;
      case "setQueryTimeout" -> {
        queryTimeout = lastOf(given);
        yield did("setQueryTimeout", given, method);
      }
      case "executeQuery" -> {
        Object result = did("executeQuery", null, method);
        yield result == null
            ? proxy(ResultSet.class, (rows, asked, arguments) -> nothing(asked))
            : result;
      }
      default -> did(method.getName(), given, method);
    };
  }

  /** A result of which {@code next} and {@code getObject} do what they are told. */
  ResultSet rows(boolean hasStatement) {
    return proxy(
        ResultSet.class,
        (rows, asked, arguments) ->
            switch (asked.getName()) {
              case "getStatement" ->
                  hasStatement ? proxy(CallableStatement.class, this::ofStatement) : null;
              case "next", "getObject" -> did(asked.getName(), null, asked);
              case "findColumn" -> 1;
              case "getMetaData" ->
                  proxy(
                      ResultSetMetaData.class,
                      (metaData, of, given) -> did("getColumnType", null, of));
              default -> nothing(asked);
            });
  }

  private @Nullable Object did(String name, Object @Nullable [] given, Method method)
      throws Throwable {
    calls.add(given == null || name.equals("abort") ? name : name + Arrays.toString(given));
    Behaviour behaviour = behaviours.get(name);
    Object result = behaviour == null ? null : behaviour.call();
    return result == null ? nothing(method) : result;
  }

  private static int lastOf(Object @Nullable [] given) {
    return given == null ? 0 : (Integer) given[given.length - 1];
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
