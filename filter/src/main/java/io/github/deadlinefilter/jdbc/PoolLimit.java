package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** How long a pool lets its users wait by itself. */
final class PoolLimit {
  /** HikariCP's, Commons DBCP's, Tomcat's and c3p0's, in milliseconds; none if not positive. */
  private static final String[] GETTERS = {
    "getConnectionTimeout", "getMaxWaitMillis", "getMaxWait", "getCheckoutTimeout"
  };

  private final DataSource pool;
  private final String name;
  private final Method getter;

  private PoolLimit(DataSource pool, Method getter) {
    this.pool = pool;
    this.getter = getter;
    String property = getter.getName().substring("get".length());
    this.name =
        property.substring(0, 1).toLowerCase(Locale.ROOT)
            + property.substring(1)
            + " of "
            + pool.getClass().getSimpleName();
  }

  /** Null if {@code pool} has none that is known here. */
  static @Nullable PoolLimit of(DataSource pool) {
    for (String name : GETTERS) {
      try {
        Method getter = pool.getClass().getMethod(name);
        if (Modifier.isPublic(getter.getDeclaringClass().getModifiers())
            && (getter.getReturnType() == long.class || getter.getReturnType() == int.class)) {
          return new PoolLimit(pool, getter);
        }
      } catch (NoSuchMethodException e) {
        // The next one.
      }
    }
    return null;
  }

  /** Has it named if it is longer than {@code deadline}. */
  void lint(Deadline deadline) {
    try {
      if (getter.invoke(pool) instanceof Number millis) {
        deadline.lint(name, Duration.ofMillis(Math.max(0, millis.longValue())));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      // Such as a pool that does not support it.
    }
  }
}
