package io.github.deadlinefilter.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** How a connection ends that nobody may have again. */
final class Eviction {
  /** That of a driver: there is no pool above it that could be told. */
  static final Eviction OF_DRIVER = new Eviction(null, null);

  private final @Nullable DataSource pool;
  private final @Nullable Method method;

  private Eviction(@Nullable DataSource pool, @Nullable Method method) {
    this.pool = pool;
    this.method = method;
  }

  /** By the method that {@code pool} has for it: HikariCP's, or Commons DBCP's. */
  static Eviction of(DataSource pool) {
    for (String name : new String[] {"evictConnection", "invalidateConnection"}) {
      try {
        Method method = pool.getClass().getMethod(name, Connection.class);
        if (Modifier.isPublic(method.getDeclaringClass().getModifiers())) {
          return new Eviction(pool, method);
        }
      } catch (NoSuchMethodException e) {
        // The next one.
      }
    }
    return OF_DRIVER;
  }

  /** Has {@code connection} closed for good, and throws nothing: it may be broken. */
  void evict(Connection connection) {
    if (!isTakenBy(connection)) {
      Physical.close(connection); // whatever pool there is finds it closed when it tests it
    }
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      // It is gone.
    }
  }

  private boolean isTakenBy(Connection connection) {
    if (pool == null || method == null) {
      return false;
    }
    try {
      method.invoke(pool, connection);
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }
}
