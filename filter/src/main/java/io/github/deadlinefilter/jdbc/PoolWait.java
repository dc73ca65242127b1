package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.IoCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Waits for a connection of a pool, on the caller's thread, for a pool may look at what is bound to
 * that. Pools wait interruptibly, and are interrupted when the time is over.
 */
final class PoolWait implements Runnable {
  /** The deadline interrupts who works for it by itself, unless that is not wanted. */
  private static final long PATIENCE_MILLIS = 20;

  private final Thread caller = Thread.currentThread();

  // Guarded by this.
  private boolean left;
  private boolean interrupted;

  private PoolWait() {}

  /**
   * @param deadline that may end
   * @throws DeadlineExceededException if the time is over; a connection that came all the same has
   *     been given back
   */
  @SuppressWarnings("try") // they are there to be closed
  static Connection connection(Deadline deadline, String pool, Work<Connection> work)
      throws SQLException {
    deadline.check();
    PoolWait wait = new PoolWait();
    Connection connection;
    try (IoCall entry = deadline.io("pool", pool);
        Deadline.Registration registration = deadline.cutOnExpire(wait)) {
      connection = work.call();
    } catch (SQLException e) {
      wait.leave();
      throw Login.explained(deadline, e);
    } finally {
      wait.leave();
    }
    if (deadline.isExpired()) {
      connection.close();
      deadline.check();
    }
    return connection;
  }

  /** Where the deadline itself does not interrupt the caller, or has not reached it. */
  @Override
  public synchronized void run() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    try {
      while (!left && end - System.nanoTime() > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!left && !caller.isInterrupted()) {
      interrupted = true;
      caller.interrupt();
    }
  }

  /** Race with run(): its interrupt comes before this, and then is taken back, or never. */
  private synchronized void leave() {
    if (!left) {
      left = true;
      notifyAll();
      if (interrupted) {
        Thread.interrupted();
      }
    }
  }
}
