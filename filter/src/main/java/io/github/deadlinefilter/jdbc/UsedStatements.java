package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The statements of one connection that have left something to do before it is closed: a result
 * that may still come, or a lowered limit.
 *
 * <p>Used by one thread at a time, as the connection is.
 */
final class UsedStatements {
  private final Set<GuardedStatement> used = Collections.newSetFromMap(new IdentityHashMap<>());

  void add(GuardedStatement statement) {
    used.add(statement);
  }

  /** It has neither any more. */
  void remove(GuardedStatement statement) {
    used.remove(statement);
  }

  int count() {
    return used.size();
  }

  boolean hasUnread() {
    return used.stream().anyMatch(GuardedStatement::hasUnread);
  }

  /** With what time there is: their connection's close would take as much as it needs. */
  void closeUnread() throws SQLException {
    if (!used.isEmpty() && Deadline.forCalls().canEnd()) {
      for (GuardedStatement statement : List.copyOf(used)) {
        if (statement.hasUnread()) {
          statement.close();
        }
      }
    }
  }

  /** Their query timeouts, as they were: a pool of statements gives them to others. */
  void restoreLimits() {
    used.forEach(statement -> statement.limit.close());
    used.clear();
  }
}
