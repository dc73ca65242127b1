package io.github.deadlinefilter.demo;

import java.util.function.UnaryOperator;

/**
 * Waits for a slow SQL query. On a platform thread the driver hears no interrupt: such a worker
 * stays until the database has answered, and the deadline is kept without it. On a virtual thread
 * the interrupt closes the socket.
 */
public final class SqlView extends FunctionView {
  private static final long serialVersionUID = 1L;

  /** Called by the container. */
  public SqlView() {
    super("db", new SlowDb(UnaryOperator.identity()));
  }
}
