package io.github.deadlinefilter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Whose database it is, as far as that makes a difference. */
enum Product {
  MARIADB(true, true),
  MYSQL(true, true),
  POSTGRESQL(true, true),
  /**
   * Its query timeout belongs to the connection, not to the statement, and takes a statement to
   * set. It does no more than a cancellation does.
   */
  H2(false, false),
  OTHER(true, false);

  /** Whether {@code setQueryTimeout} is for the statement alone. */
  final boolean timesStatements;

  /** Whether a result set is in memory as a whole where its fetch size is zero. */
  final boolean fetchesAll;

  Product(boolean timesStatements, boolean fetchesAll) {
    this.timesStatements = timesStatements;
    this.fetchesAll = fetchesAll;
  }

  /** Whether its server has a limit of its own, which counts while rows are fetched. */
  boolean limitsFetching() {
    return SessionVariable.of(this) != null;
  }

  static Product of(Connection connection) throws SQLException {
    String name = connection.getMetaData().getDatabaseProductName();
    return switch (name == null ? "" : name) {
      case "MariaDB" -> MARIADB;
      case "MySQL" -> MYSQL;
      case "PostgreSQL" -> POSTGRESQL;
      case "H2" -> H2;
      default -> OTHER;
    };
  }
}
