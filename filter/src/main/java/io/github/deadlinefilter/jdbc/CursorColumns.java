package io.github.deadlinefilter.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.BitSet;

/**
 * Which columns of one of PostgreSQL's results are cursors: its driver fetches all that such a one
 * has from the server when it is read.
 */
final class CursorColumns {
  private final ResultSet rows;

  /** By their index; what it is is in {@link #cursors}. */
  private final BitSet known = new BitSet();

  private final BitSet cursors = new BitSet();

  CursorColumns(ResultSet rows) {
    this.rows = rows;
  }

  /**
   * @throws SQLException if there is no such column
   */
  boolean has(int column) throws SQLException {
    if (column < 1) {
      return false; // the driver says what that is
    }
    if (!known.get(column)) {
      cursors.set(column, rows.getMetaData().getColumnType(column) == Types.REF_CURSOR);
      known.set(column);
    }
    return cursors.get(column);
  }
}
