package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the guards call: each call of the application's into the container passes the fence of its
 * run here, is counted as inside while it lasts, and fails with a typed error once the fence is
 * closed. {@link RunState} is the fence itself.
 *
 * <p>All methods may be called from any thread of the application, but for {@link #outside} and
 * {@link #nobodyOutside}, which are for those of the container.
 */
abstract class FencedRun extends RunState {
  final RequestDeadline deadline;
  final ResponseHead head;
  final InterruptFence interrupts = new InterruptFence();

  /** A scope has been opened on some thread that works for it, which knows then. */
  private boolean scoped;

  private volatile @Nullable Thread outside;

  FencedRun(RequestDeadline deadline, HttpServletResponse response, ContainerQuirks quirks) {
    this.deadline = deadline;
    this.head = new ResponseHead(response, quirks);
  }

  /** Calls the container, if the fence is open. */
  final <T extends @Nullable Object> T call(Supplier<T> call) {
    boolean inside = admit(CALL);
    try {
      return call.get();
    } finally {
      if (inside) {
        exit(CALL);
      }
    }
  }

  /** As {@link #call(Supplier)}. */
  final void call(Runnable call) {
    boolean inside = admit(CALL);
    try {
      call.run();
    } finally {
      if (inside) {
        exit(CALL);
      }
    }
  }

  /** As {@link #call(Supplier)}, for what may block on the bytes that the client sends. */
  @SuppressWarnings("NullAway") // what the container returns is what the caller declares
  final <T extends @Nullable Object, E extends Exception> T read(ContainerCall<T, E> call)
      throws E {
    boolean inside = admit(READ);
    InterruptFence scope = shieldFromScopes();
    try {
      beforeRead();
      T read = call.call();
      return inside ? uncut(read) : read;
    } catch (RuntimeException e) {
      RuntimeException over = inside ? brokenOff(e) : null;
      throw over == null ? e : over;
    } finally {
      if (inside) {
        exit(READ);
      }
      unshield(scope);
    }
  }

  /**
   * What a read has brought, unless the deadline has overtaken it: Tomcat, for one, reports the end
   * of a stream that was cut as the end of its body, and half of a body must not pass for a whole.
   */
  final <T extends @Nullable Object> T uncut(T read) {
    if (isExpired()) {
      throw over();
    }
    return read;
  }

  /**
   * What a container makes of a body that the deadline has broken off may be anything: Jetty finds
   * a form malformed. Null: it was not broken off.
   */
  final @Nullable RuntimeException brokenOff(Exception thrown) {
    if (!isExpired() || thrown instanceof DeadlineExceededException) {
      return null;
    }
    RuntimeException over = over();
    over.addSuppressed(thrown);
    return over;
  }

  /** As {@link #read(ContainerCall)}, where nothing is brought. */
  final <E extends Exception> void reading(ContainerAction<E> action) throws E {
    boolean inside = admit(READ);
    InterruptFence scope = shieldFromScopes();
    try {
      beforeRead();
      action.run();
    } finally {
      if (inside) {
        exit(READ);
      }
      unshield(scope);
    }
  }

  /**
   * As {@link #call(Supplier)}, for what may add to the head of the response beside what it is for,
   * and may wait for somebody else than the client: a session comes with a cookie, and from a
   * store.
   */
  @SuppressWarnings("NullAway") // as above
  final <T extends @Nullable Object, E extends Exception> T heading(ContainerCall<T, E> call)
      throws E {
    boolean inside = admit(HEAD);
    try {
      head.remember();
      return call.call();
    } finally {
      if (inside) {
        exit(HEAD);
      }
    }
  }

  /** As {@link #call(Supplier)}, for everything that changes the response. */
  final <T, E extends Exception> T write(ContainerCall<T, E> call) throws E {
    boolean inside = admit(WRITE);
    InterruptFence scope = shieldFromScopes();
    try {
      beforeWrite();
      return Objects.requireNonNull(call.call());
    } catch (Throwable t) {
      writeFailed(t);
      throw t;
    } finally {
      if (inside) {
        exitWrite();
      }
      unshield(scope);
    }
  }

  /** As {@link #write(ContainerCall)}. */
  final <E extends Exception> void writing(ContainerAction<E> action) throws E {
    boolean inside = admit(WRITE);
    InterruptFence scope = shieldFromScopes();
    try {
      beforeWrite();
      action.run();
    } catch (Throwable t) {
      writeFailed(t);
      throw t;
    } finally {
      if (inside) {
        exitWrite();
      }
      unshield(scope);
    }
  }

  /** Somebody has opened a scope in this request, on the calling thread. */
  final void scoped() {
    scoped = true;
  }

  /**
   * What a scope of the application's own would interrupt now breaks off what is in progress in the
   * container, for whom that costs ({@link WorkerInterrupt} says what); and the request goes on
   * after it. Null: there is none on this thread.
   */
  final @Nullable InterruptFence shieldFromScopes() {
    InterruptFence scope = scoped ? Deadline.current().fenceHere() : null;
    if (scope == null || scope == interrupts) {
      return null;
    }
    scope.shield(interrupts);
    return scope;
  }

  final void unshield(@Nullable InterruptFence scope) {
    if (scope != null) {
      scope.unshield(interrupts);
    }
  }

  /** Ends a write, and tells of it. */
  final void exitWrite() {
    try {
      written();
    } finally {
      exit(WRITE);
    }
  }

  /**
   * A call is to read something that the client sends. Whoever calls is inside.
   *
   * @throws RuntimeException if the request is over after all
   */
  abstract void beforeRead();

  /** As {@link #beforeRead}, of one that is to change the response, or to send something of it. */
  abstract void beforeWrite();

  /** Such a call has failed. Whoever calls is still inside. */
  abstract void writeFailed(Throwable thrown);

  /** Something may have been written to the response. Whoever calls is still inside. */
  abstract void written();

  /** A call into the container that may fail in the way that the container's method may. */
  @FunctionalInterface
  interface ContainerCall<T extends @Nullable Object, E extends Exception> {
    @Nullable T call() throws E;
  }

  /** As {@link ContainerCall}, without a result. */
  @FunctionalInterface
  interface ContainerAction<E extends Exception> {
    void run() throws E;
  }

  /**
   * @return whether the caller is inside and has to exit; if not, it is {@link #outside} and may go
   *     on all the same
   */
  private boolean admit(long unit) {
    boolean inside = enter(unit);
    if (!inside && !isOutside()) {
      throw over();
    }
    return inside;
  }

  /**
   * The calling container thread brings a dispatch back from the filter, with guards that the
   * application had it started with: from here to the end of the request, filters outside and the
   * container itself use them, as they would use the container's own objects. The application does
   * not run on this thread in that time, but for its listeners in onComplete, and until that
   * returns the container's objects are still this request's.
   */
  final void outside() {
    outside = Thread.currentThread();
  }

  /** The container takes its objects back. */
  final void nobodyOutside() {
    outside = null;
  }

  final boolean isOutside() {
    return outside == Thread.currentThread();
  }

  final void enterOrThrow(long unit) {
    if (!enter(unit)) {
      throw over();
    }
  }

  /** Why the fence is closed. */
  final RuntimeException over() {
    return isExpired()
        ? deadline.exceeded()
        : new IllegalStateException("The request is over: its response has been sent");
  }
}
