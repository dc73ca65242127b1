package io.github.deadlinefilter.jdbc;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.util.concurrent.Executor;

/**
 * What does the work below a connection of MariaDB's driver. Where that is its own pool's, {@code
 * abort} and {@code close} of the connection do no more than give it back, as it is, to be lent to
 * somebody else: only from below it can be ended. The pool then finds it closed, and drops it.
 */
final class DriverClient {
  private static final String DRIVER = "org.mariadb.jdbc.";

  private DriverClient() {}

  private static boolean isUnder(Connection connection) {
    return connection.getClass().getName().startsWith(DRIVER);
  }

  /** Whether the driver has lent {@code connection} from a pool of its own. */
  static boolean isLent(Connection connection) {
    if (!isUnder(connection)) {
      return false;
    }
    try {
      Field field = connection.getClass().getDeclaredField("poolConnection");
      field.setAccessible(true);
      Object lent = field.get(connection);
      return lent != null && lent.getClass().getName().startsWith(DRIVER + "pool.");
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false; // before version 3, or hidden in a module
    }
  }

  /** Cuts it. Returns false if there is none, and nothing has been done. */
  static boolean abort(Connection connection) {
    return end(connection, /* forGood= */ false);
  }

  /** As {@link #abort}; one that has several hosts does not connect to the next, either. */
  static boolean end(Connection connection) {
    return end(connection, /* forGood= */ true);
  }

  private static boolean end(Connection connection, boolean forGood) {
    if (!isUnder(connection)) {
      return false;
    }
    try {
      Method getClient = connection.getClass().getMethod("getClient");
      Class<?> type = getClient.getReturnType(); // its own class may be hidden in a module
      Method abort = type.getMethod("abort", Executor.class);
      Method close = type.getMethod("close");
      Object client = getClient.invoke(connection);
      call(client, abort, NetworkLimit.AT_ONCE);
      if (forGood) {
        call(client, close);
      }
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false; // before version 3: what is aborted there ends
    }
  }

  private static void call(Object client, Method method, Object... arguments)
      throws IllegalAccessException {
    try {
      method.invoke(client, arguments);
    } catch (InvocationTargetException e) {
      // It is gone.
    }
  }
}
