package io.github.deadlinefilter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps read and write listeners that are set on a worker until the container thread can register
 * them: Tomcat waits, for a thread that is not its own, for a lock that its own thread holds for
 * the whole request.
 *
 * <p>{@code set...} on any thread of the application; {@link #enterPass} and {@link #leavePass} on
 * the container thread.
 */
final class IoListeners {
  private record Sending(BooleanSupplier sends, Runnable then) {}

  private final RequestRun run;
  private final AtomicReference<@Nullable Sending> sending = new AtomicReference<>();

  // Guarded by this, which is never held while the container is called.
  private @Nullable Thread containerThread;
  private @Nullable Runnable pendingRead;
  private @Nullable Runnable pendingWrite;
  private boolean readSet;
  private boolean writeSet;
  private boolean writeKnown;

  /** The threads that are inside a callback, each as often as it is. */
  private final List<Thread> callingBack = new ArrayList<>(0);

  IoListeners(RequestRun run) {
    this.run = run;
  }

  synchronized void enterPass(Thread thread) {
    containerThread = thread;
  }

  void leavePass() {
    Runnable read;
    Runnable write;
    synchronized (this) {
      containerThread = null;
      read = pendingRead;
      write = pendingWrite;
      pendingRead = null;
      pendingWrite = null;
    }
    // Race with expiry, from the timer's side: what is not registered yet is not to be registered
    // any more, and whoever answers must know whether the output has become non-blocking.
    register(read, RunState.READ);
    register(write, RunState.WRITE);
  }

  private void register(@Nullable Runnable registration, long unit) {
    if (registration != null && run.enter(unit)) {
      try {
        registration.run();
      } finally {
        run.exit(unit);
      }
    }
  }

  void setRead(ServletInputStream input, ReadListener listener) {
    Objects.requireNonNull(listener, "listener");
    checkAsync();
    ReadListener guarded = new GuardedReadListener(listener);
    synchronized (this) {
      if (readSet) {
        throw new IllegalStateException("A ReadListener has been set already");
      }
      readSet = true;
      if (isDeferred()) {
        pendingRead = () -> input.setReadListener(guarded);
        return;
      }
    }
    input.setReadListener(guarded);
  }

  void setWrite(ServletOutputStream output, WriteListener listener) {
    Objects.requireNonNull(listener, "listener");
    checkAsync();
    WriteListener guarded = new GuardedWriteListener(listener);
    synchronized (this) {
      if (writeSet) {
        throw new IllegalStateException("A WriteListener has been set already");
      }
      writeSet = true;
      if (isDeferred()) {
        pendingWrite = () -> registerWrite(output, guarded);
        return;
      }
    }
    registerWrite(output, guarded);
  }

  private void registerWrite(ServletOutputStream output, WriteListener guarded) {
    output.setWriteListener(guarded);
    synchronized (this) {
      writeKnown = true;
    }
  }

  /** Writing is non-blocking: isReady() has to be asked before each one. */
  synchronized boolean hasWrite() {
    return writeSet;
  }

  /** Reading is non-blocking. */
  synchronized boolean hasRead() {
    return readSet;
  }

  /** A listener is set but the container does not know it yet: isReady() has to be false. */
  synchronized boolean isReadPending() {
    return pendingRead != null;
  }

  /** As {@link #isReadPending()}. */
  synchronized boolean isWritePending() {
    return pendingWrite != null;
  }

  /** The container has a listener for the output, which so has become non-blocking. */
  synchronized boolean isWriteKnown() {
    return writeKnown;
  }

  /**
   * Does {@code then}, once, when the container sends no more of what it was given: it calls the
   * listener then.
   */
  void afterWrite(BooleanSupplier sends, Runnable then) {
    sending.set(new Sending(sends, then));
    run.wake(); // who holds the request for its container has to look, in place of that call
    written(); // race with that call: it may have come before
  }

  /** {@link #afterWrite} waits. */
  boolean isSending() {
    return sending.get() != null;
  }

  /** Looks again: the call may have been on its way before the last write. */
  void written() {
    Sending now = sending.get();
    if (now != null && !now.sends().getAsBoolean() && sending.compareAndSet(now, null)) {
      now.then().run();
    }
  }

  private boolean isDeferred() {
    return containerThread != null && containerThread != Thread.currentThread();
  }

  private void checkAsync() {
    if (!run.request.isAsyncStarted()) {
      throw new IllegalStateException("Asynchronous processing has not been started");
    }
  }

  @FunctionalInterface
  private interface Callback {
    void call() throws IOException;
  }

  /**
   * The application's callback counts as inside: nothing is given back while it runs. What it
   * throws after an expiry does not reach the container, which would end the response at once and
   * make a half answer look whole.
   *
   * @param onError is told of that, as the container would have done
   */
  private void inside(Callback callback, Consumer<Throwable> onError) throws IOException {
    if (enter()) {
      Deadline before = Deadline.replaceCurrent(run.deadline);
      run.progress(); // the client has read, or sent
      try {
        callback.call();
      } catch (IOException | RuntimeException | Error e) {
        if (!run.isExpired()) {
          throw e;
        }
        onError.accept(e);
      } finally {
        run.deadline.leave(before);
        exit();
        run.async().unsettle();
      }
    } else {
      run.wake(); // who answers past the application may wait for output that is ready
    }
  }

  private boolean enter() {
    if (!run.enter(RunState.CALL)) {
      return false;
    }
    synchronized (this) {
      callingBack.add(Thread.currentThread());
    }
    return true;
  }

  private boolean exit() {
    boolean inside;
    synchronized (this) {
      inside = callingBack.remove(Thread.currentThread());
    }
    if (inside) {
      run.exit(RunState.CALL);
    }
    return inside;
  }

  /**
   * The calling thread is about to complete the request, perhaps from inside callbacks: those count
   * as inside no more. Undertow calls onComplete inside complete(), which waits until nobody is
   * inside, and would wait for itself.
   *
   * @return how many callbacks that were, for {@link #stepBack}
   */
  int stepOut() {
    int callbacks = 0;
    while (exit()) {
      callbacks++;
    }
    return callbacks;
  }

  /** The container refused, so that the request goes on. */
  void stepBack(int callbacks) {
    for (int i = 0; i < callbacks; i++) {
      enter();
    }
  }

  /** As with {@link #inside}: after an expiry, what it throws ends here. */
  private void tell(Consumer<Throwable> onError, Throwable error) {
    try {
      onError.accept(error);
    } catch (RuntimeException | Error e) {
      if (!run.isExpired()) {
        throw e;
      }
    }
  }

  private final class GuardedReadListener implements ReadListener {
    private final ReadListener listener;

    GuardedReadListener(ReadListener listener) {
      this.listener = listener;
    }

    @Override
    public void onDataAvailable() throws IOException {
      inside(listener::onDataAvailable, this::onError);
    }

    @Override
    public void onAllDataRead() throws IOException {
      inside(listener::onAllDataRead, this::onError);
    }

    @Override
    public void onError(Throwable error) {
      tell(listener::onError, error);
    }
  }

  private final class GuardedWriteListener implements WriteListener {
    private final WriteListener listener;

    GuardedWriteListener(WriteListener listener) {
      this.listener = listener;
    }

    @Override
    public void onWritePossible() throws IOException {
      try {
        inside(listener::onWritePossible, this::onError);
      } finally {
        written();
      }
    }

    @Override
    public void onError(Throwable error) {
      try {
        tell(listener::onError, error);
      } finally {
        written();
      }
    }
  }
}
