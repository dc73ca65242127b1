package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.IoCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Logs in to a server on a thread of its own, for no driver's login can be cancelled. The caller
 * waits as long as there is time; a connection that comes after that is closed when it comes.
 */
final class Login implements Runnable {
  private static final String NO_CONNECTION = "08001";

  private final Work<@Nullable Connection> work;
  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
  private final CompletableFuture<@Nullable Connection> answer = new CompletableFuture<>();

  private Login(Work<@Nullable Connection> work) {
    this.work = work;
  }

  /**
   * @param deadline that may end
   * @param host for the ledger
   * @return null if {@code work} does
   * @throws DeadlineExceededException if the time is over
   */
  @SuppressWarnings("try") // they are there to be closed
  static @Nullable Connection connection(
      Deadline deadline, String host, Work<@Nullable Connection> work) throws SQLException {
    deadline.check();
    Login login = new Login(work);
    if (!SqlThreads.start(login)) {
      throw new SQLTransientConnectionException(
          "Too many logins and cancellations have not come back", NO_CONNECTION);
    }
    try (IoCall entry = deadline.io("sql-login", host);
        Deadline.Registration registration = deadline.cutOnExpire(login::leave)) {
      return login.await(deadline);
    }
  }

  private @Nullable Connection await(Deadline deadline) throws SQLException {
    try {
      answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (leave()) {
        deadline.check();
        throw new SQLTransientConnectionException("Interrupted at login", NO_CONNECTION, e);
      }
    } catch (CancellationException | ExecutionException e) {
      // Looked at below.
    }
    return came(deadline);
  }

  /** Race with the login and with the deadline: what was first is there by now. */
  private @Nullable Connection came(Deadline deadline) throws SQLException {
    try {
      return answer.join();
    } catch (CancellationException e) {
      deadline.check();
      throw new SQLTransientConnectionException("Left at login", NO_CONNECTION, e);
    } catch (CompletionException e) {
      throw failure(deadline, e.getCause());
    }
  }

  /** Race with the login: false if it has just come to its end. */
  private boolean leave() {
    return answer.cancel(/* mayInterruptIfRunning= */ false);
  }

  @Override
  public void run() {
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(loader);
    try {
      Connection connection = work.call();
      if (!answer.complete(connection) && connection != null) {
        connection.close(); // nobody waits for it any more
      }
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    } finally {
      thread.setContextClassLoader(null);
    }
  }

  private static SQLException failure(Deadline deadline, @Nullable Throwable cause) {
    if (cause instanceof SQLException e) {
      return explained(deadline, e);
    } else if (cause instanceof RuntimeException e) {
      throw e;
    } else if (cause instanceof Error e) {
      throw e;
    }
    throw new IllegalStateException(cause);
  }

  /** With the reason in it, if the time is over. */
  static SQLException explained(Deadline deadline, SQLException thrown) {
    try {
      deadline.check();
    } catch (DeadlineExceededException reason) {
      thrown.addSuppressed(reason);
    }
    return thrown;
  }
}
