package io.github.deadlinefilter.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is called in the driver. */
@FunctionalInterface
interface Work<T extends @Nullable Object> {
  T call() throws SQLException;

  /** The same without a result. */
  @FunctionalInterface
  interface Action {
    void run() throws SQLException;

    default Work<Boolean> asWork() {
      return () -> {
        run();
        return true;
      };
    }
  }
}
