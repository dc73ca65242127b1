package io.github.deadlinefilter.demo.backend;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.util.regex.Matcher;
import org.h2.command.Command;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;

/** What the demo's database can do beyond H2; public because H2 calls it. */
public final class SqlFunctions {
  private static final long LOOK_MILLIS = 10;

  /** What H2 itself asks between two rows, and a function cannot. */
  private static final Method CHECK_CANCELED = checkCanceled();

  /** The queries that have the name of a run in a comment. */
  static final RunLog RUNS = new RunLog();

  private SqlFunctions() {}

  /**
   * {@code SLEEP(SECONDS)} as in MySQL: 0 if it slept to the end, and over when the statement is
   * cancelled. It hears nothing of a client that has gone. Called on the connection's thread.
   *
   * @param connection H2's own
   */
  public static int sleep(Connection connection, double seconds) throws Exception {
    Command command =
        ((SessionLocal) ((JdbcConnection) connection).getSession()).getCurrentCommand();
    RunLog.Work work = workOf(command);
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    try {
      for (long left = millisUntil(end); left > 0; left = millisUntil(end)) {
        Thread.sleep(Math.min(left, LOOK_MILLIS));
        CHECK_CANCELED.invoke(command);
      }
    } catch (InvocationTargetException e) {
      if (work != null) {
        work.stopped();
      }
      throw e.getCause() instanceof Exception cancelled ? cancelled : e;
    }
    if (work != null) {
      work.replied(System.currentTimeMillis());
    }
    return 0;
  }

  private static long millisUntil(long endNanos) {
    return (endNanos - System.nanoTime() + 999_999) / 1_000_000;
  }

  private static RunLog.@Nullable Work workOf(Command command) {
    Matcher name = RunLog.NAME.matcher(command.toString());
    return name.find() ? RUNS.begin(name.group()) : null;
  }

  private static Method checkCanceled() {
    try {
      Method method = Command.class.getDeclaredMethod("checkCanceled");
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("not the H2 that this was written for", e);
    }
  }
}
