package io.github.deadlinefilter;

import io.github.deadlinefilter.Deadline.Work;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work in a scope: what {@link Deadline#run}, {@code call}, {@code tryRun} and {@code tryCall} have
 * in common. Used once, by one thread.
 *
 * <p>Who is first decides, and the clock says who that is: what ends after its time is over has not
 * ended in time, whatever it returns.
 */
final class ScopedWork<T extends @Nullable Object, E extends Exception> {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final DeadlineScope scope;
  private final Enforcement enforcement;
  private final Work<T, E> work;
  private @Nullable T result;

  /** Of work on another thread: the last interrupt of its caller has reached it. */
  private boolean delivered;

  /** Of work on another thread: an interrupt is pending there at its end. Written before that. */
  private boolean endsInterrupted;

  private ScopedWork(DeadlineScope scope, Enforcement enforcement, Work<T, E> work) {
    this.scope = scope;
    this.enforcement = enforcement;
    this.work = work;
  }

  static <T extends @Nullable Object, E extends Exception> ScopedWork<T, E> of(
      Duration limit, Enforcement enforcement, Work<T, E> work) {
    Objects.requireNonNull(enforcement, "enforcement");
    Objects.requireNonNull(work, "work");
    return new ScopedWork<>(DeadlineScope.unopened(limit, enforcement), enforcement, work);
  }

  /**
   * Throws what {@code thrown} is, also where it is a checked exception that nobody has declared.
   */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <X extends Throwable> X unchecked(Throwable thrown) throws X {
    throw (X) thrown;
  }

  @SuppressWarnings("NullAway") // what the work returns is what its caller declares
  T call() throws E {
    Throwable thrown = null;
    T returned = null;
    try {
      returned = enforcement == Enforcement.ABANDON ? elsewhere() : here();
    } catch (Throwable t) {
      thrown = t;
    }
    if (thrown instanceof InterruptedException && scope.hasFired() && scope.isOwnTaken()) {
      Thread.currentThread().interrupt(); // ours is not passed on, and the other one was in it
    }
    if (thrown instanceof Error error) {
      throw error;
    } else if (scope.hasFired()) {
      throw exceeded(thrown);
    } else if (thrown != null) {
      throw ScopedWork.<RuntimeException>unchecked(thrown);
    }
    return returned;
  }

  private DeadlineExceededException exceeded(@Nullable Throwable thrown) {
    if (thrown instanceof DeadlineExceededException own && own.isOf(scope)) {
      return own;
    }
    DeadlineExceededException over = scope.exceeded();
    if (thrown != null && !(thrown instanceof InterruptedException)) {
      over.addSuppressed(thrown);
    }
    return over;
  }

  /** Whether it ended in time; then there is a {@link #result}. */
  boolean tryCall() throws E {
    try {
      result = call();
      return true;
    } catch (DeadlineExceededException e) {
      if (!e.isOf(scope)) {
        throw e;
      }
      LOG.log(System.Logger.Level.DEBUG, "Moved on", e);
      return false;
    }
  }

  T result() {
    return Objects.requireNonNull(result, "the result");
  }

  private T here() throws E {
    scope.begin();
    try {
      return work.call();
    } finally {
      scope.close();
    }
  }

  // ---- on another thread

  @SuppressWarnings("try") // the registration is there to be closed
  private T elsewhere() throws Throwable {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Supplier<Runnable> context = Context.HANDOVER.capture();
    var ended = new CompletableFuture<@Nullable Void>();
    FutureTask<T> task =
        new FutureTask<>(() -> inside(loader, context)) {
          @Override
          protected void done() {
            ended.complete(null);
          }
        };
    boolean interrupted = false;
    // Told by the scope, too: its time may be shortened meanwhile.
    try (var registration = scope.cutOnExpire(() -> ended.complete(null))) {
      scope.clockwork().abandoned().execute(task);
      for (long left = scope.remainingNanos();
          left > 0 && !task.isDone();
          left = scope.remainingNanos()) {
        interrupted |= waitFor(ended, left);
      }
      if (scope.remainingNanos() > 0) {
        return task.get();
      }
      DeadlineExceededException over = scope.exceeded();
      if (over.isOf(scope)) {
        scope.abandon();
      }
      throw over;
    } catch (ExecutionException e) {
      throw e.getCause();
    } finally {
      // As if the work had been here: an interrupt that it has not noticed is the caller's.
      if (interrupted && !(task.isDone() && delivered && !endsInterrupted)) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * An interrupt that comes meanwhile is meant for whoever works; but that of a deadline outside is
   * looked at by the caller.
   *
   * @return whether one of the application's has come
   */
  private boolean waitFor(Future<?> ended, long nanos) throws ExecutionException {
    try {
      ended.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Over, unless somebody has extended it meanwhile.
    } catch (InterruptedException e) {
      if (scope.isOuterOver() && InterruptFence.isInterruptOut(Deadline.current().fenceHere())) {
        return false;
      }
      delivered = scope.interrupt(); // not if the work has not begun, or has just ended
      return true;
    }
    return false;
  }

  private T inside(ClassLoader loader, @Nullable Supplier<Runnable> context) throws E {
    scope.check();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return inContext(context);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private T inContext(@Nullable Supplier<Runnable> context) throws E {
    Runnable takeOff = context == null ? null : context.get();
    try {
      return inScope();
    } finally {
      if (takeOff != null) {
        takeOff.run();
      }
    }
  }

  private T inScope() throws E {
    try {
      scope.begin();
      return work.call();
    } finally {
      endsInterrupted = Thread.currentThread().isInterrupted();
      scope.close(); // which throws if one inside it was left open
    }
  }

  /** Found when somebody abandons something for the first time. */
  private static final class Context {
    static final ContextHandover HANDOVER = ContextHandover.ofThisClassPath();
  }
}
