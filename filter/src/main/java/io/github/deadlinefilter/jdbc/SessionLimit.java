package io.github.deadlinefilter.jdbc;

import io.github.deadlinefilter.jdbc.SessionVariable.Found;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's own limit on the statements of one session. It is the last line, for a JVM that dies
 * or a network that goes: who calls is freed at the deadline by a cancellation.
 *
 * <p><b>It is coarse</b>, so that it seldom has to be set: the next power of two of seconds above
 * what is left, and that stays until it is too short, or more than {@link #TOO_LONG} times that. In
 * the steady state of a pooled connection a call within a deadline costs no round trip more.
 *
 * <p><b>It never cuts before the deadline.</b> What is in force has {@link #SLACK_MILLIS} more than
 * what is left when a statement begins. (A deadline that is extended while a statement runs is
 * another matter: the server is not told.)
 *
 * <p><b>Nobody else sees it.</b> What the application has set itself is read first, is never
 * lengthened, and is back before a call without a deadline, and before the connection is closed,
 * for that may give it back to a pool. So this is used only for a connection that nobody else can
 * have as long as it is open: where the adapter is around a pool, statements have their query
 * timeouts instead. Nor is it used where the session is not the one that the driver logged in to (a
 * proxy between them may give a server's session to somebody else after each transaction), or where
 * the URL names several servers, of which the driver has a session each.
 *
 * <p><b>Who sets it himself has it.</b> Before a statement that names the variable, or resets all
 * of them, and before the driver's own objects are unwrapped, the application's own is back, and
 * from then on nothing is set here for this connection: what it would be after the end of a
 * transaction, or of a hint in one statement, only the application knows.
 *
 * <p><b>Rollback.</b> PostgreSQL undoes a {@code SET} with its transaction. So the value is set
 * before a transaction begins, if there is one to begin; if it was set in one, or the application
 * says {@code ROLLBACK} in a statement of its own, then it is unknown, and set again. A rollback
 * after the application's own was given back may bring ours again: it is looked for at the end of
 * that transaction, and known by its last digits.
 *
 * <p>Used by one thread at a time, as its connection is.
 */
final class SessionLimit {
  /** The cancellation is first, and then what follows if that does not help. */
  private static final long SLACK_MILLIS = 2 * Call.PATIENCE_MILLIS;

  /** It is too long if it is more times what is left and the slack. */
  private static final int TOO_LONG = 4;

  /** What hardly anybody would set. */
  private static final long MARK_MILLIS = 7;

  /** Twelve days: there is no limit that long. */
  private static final long MOST_SECONDS = 1 << 20;

  private enum State {
    /** The application's own value is to be read. */
    UNREAD,
    READ,
    /**
     * Such as a server that has none, a session that somebody else may have, or sets it himself.
     */
    UNUSABLE
  }

  private final Connection connection;
  private @Nullable SessionVariable variable;
  private State state = State.UNREAD;

  /** The application's own. */
  private @Nullable Found own;

  /** Null if it is not known. */
  private @Nullable Found inForce;

  private boolean setInTransaction;

  /** The end of the transaction may bring back what was set here, where it is not used any more. */
  private boolean mayComeBack;

  /** How many calls are in progress of a guard around this connection's own. */
  private int held;

  SessionLimit(Connection connection) {
    this.connection = connection;
  }

  /** That of the adapter under a pool that {@code connection} comes from; null if there is none. */
  static @Nullable SessionLimit under(Connection connection) {
    try {
      return connection.isWrapperFor(GuardedConnection.class)
          ? connection.unwrap(GuardedConnection.class).guard.session().limit()
          : null;
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      return null;
    }
  }

  // ---- before a call

  /**
   * Has the server's limit not shorter than what is left, in a call within a deadline.
   *
   * @return false if the statement needs a limit of its own
   */
  boolean lower(long leftNanos, Product product) {
    Found mine = read(product);
    if (mine == null) {
      return false;
    }
    long left = millis(leftNanos);
    Found now = inForce;
    if (now == null || !fits(now, mine, left)) {
      Found wanted = wanted(mine, left);
      if (!wanted.equals(now)) {
        write(wanted);
      }
    }
    return inForce != null;
  }

  /** As {@link #lower}, but leaves one that is too long: for what the server's limit is not. */
  void lengthen(long leftNanos, Product product) {
    Found now = inForce;
    if (now == null || now.millis() < millis(leftNanos) + SLACK_MILLIS) {
      lower(leftNanos, product);
    }
  }

  /** Rounded up. */
  private static long millis(long leftNanos) {
    return TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1;
  }

  private static boolean fits(Found now, Found own, long left) {
    if (now.equals(own)) {
      return own.millis() != 0 && own.millis() <= left;
    }
    long needed = left + SLACK_MILLIS;
    return now.millis() >= needed && now.millis() / TOO_LONG <= needed;
  }

  private Found wanted(Found own, long left) {
    long seconds = (left + SLACK_MILLIS) / 1000 + 1;
    if (seconds > MOST_SECONDS) {
      return own;
    }
    long power = Long.highestOneBit(2 * seconds - 1);
    long millis = power * 1000 + MARK_MILLIS;
    boolean ownIsShorter = own.millis() != 0 && own.millis() <= millis;
    return ownIsShorter ? own : Objects.requireNonNull(variable).value(millis);
  }

  /** Whether something else than the application's own may be in force. */
  boolean isLowered() {
    return state == State.READ && !Objects.requireNonNull(own).equals(inForce);
  }

  /** The application's own is in force again, for a call without a deadline. */
  void restore() {
    if (held == 0 && isLowered()) { // else a guard around this one has a deadline
      write(Objects.requireNonNull(own));
    }
  }

  // ---- what the application does

  /**
   * {@code sql} is about to be executed.
   *
   * @return whether it may show or set the value, and so has to run with the application's own
   */
  boolean endIfSetBy(String sql, Product product) {
    SessionVariable of = SessionVariable.of(product);
    if (of == null || !of.isSetBy(sql)) {
      return false;
    }
    end();
    return true;
  }

  /** As above, without a deadline: what has never been used is read when it is. */
  void endIfSetBy(String sql) {
    SessionVariable known = variable;
    if (known != null && state == State.READ && known.isSetBy(sql)) {
      end();
    }
  }

  /** The value is the application's own, and stays so. */
  void end() {
    if (isLowered()) { // which nothing is that has ended before
      write(Objects.requireNonNull(own));
      mayComeBack = Objects.requireNonNull(variable).isTransactional() && isInTransaction();
    }
    state = State.UNUSABLE;
  }

  private boolean isInTransaction() {
    try {
      return !connection.getAutoCommit();
    } catch (SQLException e) {
      return true;
    }
  }

  /** {@code sql} has been executed: it may have changed the value. */
  void executed(String sql) {
    SessionVariable known = variable;
    if (known != null && state == State.READ && known.mayBeUndoneBy(sql)) {
      inForce = null;
    }
  }

  /** A transaction begins after this. */
  void beforeTransaction(long leftNanos, Product product) {
    SessionVariable limit = SessionVariable.of(product);
    if (limit != null && limit.isTransactional()) {
      lower(leftNanos, product);
    }
  }

  /**
   * A transaction has come to its end, or back to a savepoint.
   *
   * @param whole to its end
   */
  void transactionEnded(boolean whole) {
    if (setInTransaction) {
      setInTransaction = false;
      inForce = null;
    }
    if (mayComeBack && whole) {
      mayComeBack = false;
      takeAway();
    }
  }

  /** What was set here, if a rollback has brought it back. In a transaction of its own. */
  private void takeAway() {
    try {
      SessionVariable of = Objects.requireNonNull(variable);
      Found found = of.read(connection);
      if (found != null && isOfHere(found)) {
        of.write(connection, Objects.requireNonNull(own));
      }
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    } catch (SQLException e) {
      // The connection is broken, and nobody has it after this.
    }
  }

  // ---- under a guard that does the same

  /** A guard around this one, with a pool between them, has lowered it for its own call. */
  void hold() {
    held++;
  }

  void release() {
    held--;
  }

  // ---- at the server

  /** The application's own value; null if this cannot be used now. */
  private @Nullable Found read(Product product) {
    return switch (state) {
      case UNREAD -> readFirst(product);
      case READ -> own;
      case UNUSABLE -> null;
    };
  }

  private @Nullable Found readFirst(Product product) {
    SessionVariable of = SessionVariable.of(product);
    try {
      if (of != null && of.isTransactional() && !connection.getAutoCommit()) {
        return null; // it would begin the transaction, with what that sees
      }
      own = of == null ? null : of.readFirst(connection);
    } catch (SQLException e) {
      // Such as a server that has none.
    }
    variable = of;
    inForce = own;
    state = own == null ? State.UNUSABLE : State.READ;
    return own;
  }

  private static boolean isOfHere(Found value) {
    long seconds = value.millis() / 1000;
    return value.millis() % 1000 == MARK_MILLIS && Long.bitCount(seconds) == 1;
  }

  private void write(Found value) {
    inForce = null; // whatever happens
    try {
      SessionVariable to = Objects.requireNonNull(variable);
      to.write(connection, value);
      setInTransaction |= to.isTransactional() && !connection.getAutoCommit();
      inForce = value;
    } catch (SQLException e) {
      // As in a transaction that has failed, and takes nothing but its end.
    }
  }
}
