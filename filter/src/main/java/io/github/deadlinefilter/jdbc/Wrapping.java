package io.github.deadlinefilter.jdbc;

import java.sql.SQLException;
import java.sql.Wrapper;

/** How everything here is unwrapped: to itself for the interface it has, else to the driver's. */
final class Wrapping {
  private Wrapping() {}

  static <T> T unwrap(Object guarded, Wrapper delegate, Class<T> type) throws SQLException {
    if (type.isInstance(guarded)) {
      return type.cast(guarded);
    }
    return type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
  }

  static boolean isWrapperFor(Object guarded, Wrapper delegate, Class<?> type) throws SQLException {
    return type.isInstance(guarded) || type.isInstance(delegate) || delegate.isWrapperFor(type);
  }
}
