package io.github.deadlinefilter.net;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.IoCall;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connect, read or write under a deadline, by one thread. The socket is closed if the time is
 * over before the call has ended: nothing else frees a platform thread that waits in one.
 */
final class BoundCall {
  private enum State {
    RUNNING,
    /** The socket is being closed, or is. */
    CUT,
    ENDED
  }

  private final Deadline deadline;
  private final Socket socket;
  private final @Nullable IoCall noted;
  private final Deadline.Registration registration;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

  /**
   * A call begins.
   *
   * @param target what is written in the ledger, null for nothing
   * @throws SocketException if no time is left. Not a timeout: PostgreSQL's driver takes that for a
   *     wait that it may go on with, and would do so for ever
   */
  BoundCall(Deadline deadline, Socket socket, @Nullable String target) throws SocketException {
    if (deadline.isExpired()) {
      // Closed: half of an exchange may be on it, and a driver that wants to say goodbye and is not
      // let would forget to (PostgreSQL's).
      close(socket);
      throw tellingOf(deadline, new SocketException("Not begun: the deadline has passed"));
    }
    this.deadline = deadline;
    this.socket = socket;
    this.noted = target == null ? null : deadline.io("net", target);
    this.registration = deadline.cutOnExpire(this::cut);
  }

  /**
   * Race with end(): a socket that has gone back to a pool is not closed. On a thread of the
   * deadline's.
   */
  private void cut() {
    if (state.compareAndSet(State.RUNNING, State.CUT)) {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Whoever waits in it sees that, or has ended.
    }
  }

  /**
   * The time left in milliseconds, rounded up, but no more than {@code own}, of which 0 is none.
   * One more than that, so that it ends after the deadline also by the clock of another processor,
   * and is known for what it is.
   */
  int millis(int own) {
    if (deadline.isUnlimited()) {
      return own;
    }
    long left = deadline.remaining().toMillis() + 2;
    return (int) Math.min(left, own == 0 ? Integer.MAX_VALUE : own);
  }

  /** The call was to wait no longer than this deadline's time, and did. */
  boolean isOver() {
    return state.get() == State.CUT || deadline.isExpired();
  }

  /**
   * The call has failed. Returns what its caller gets: {@code failure} itself, unless it comes from
   * the time being over; then the socket is closed.
   */
  IOException failed(IOException failure) {
    if (!isOver()) {
      return failure;
    }
    state.set(State.CUT);
    close(socket);
    return timeout(failure);
  }

  /**
   * The call has come back.
   *
   * @throws SocketTimeoutException if the socket was being closed by then
   */
  void returned() throws SocketTimeoutException {
    if (!state.compareAndSet(State.RUNNING, State.ENDED)) {
      throw timeout(null);
    }
  }

  /** To be called last, however the call ended. */
  void end() {
    state.compareAndSet(State.RUNNING, State.ENDED);
    registration.close();
    if (noted != null) {
      noted.close();
    }
  }

  private SocketTimeoutException timeout(@Nullable IOException cause) {
    SocketTimeoutException timeout = new SocketTimeoutException("The deadline has passed");
    if (cause != null) {
      timeout.initCause(cause);
    }
    return tellingOf(deadline, timeout);
  }

  private static <X extends IOException> X tellingOf(Deadline deadline, X failure) {
    try {
      deadline.check();
    } catch (DeadlineExceededException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
