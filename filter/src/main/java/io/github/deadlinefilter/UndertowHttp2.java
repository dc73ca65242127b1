package io.github.deadlinefilter;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.Channel;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends streams of Undertow's HTTP/2 before their time. Measured on 2.3.18.
 *
 * <p>A stream is reset on the connection's own I/O thread alone, and somebody may be writing to it:
 * one that is closed on another thread loses the frame that the I/O thread is about to send, which
 * ends the whole connection with the streams of others on it, and gives its buffer to whoever needs
 * one next.
 */
final class UndertowHttp2 {
  /** How long the I/O thread, which never blocks, may take to come to it. */
  private static final long IO_THREAD_COMES_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long a thread that writes may take to wait, or to be out. */
  private static final long WRITER_COMES_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long WRITER_POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Class<?> connectionType;
  private final Field connectionChannel;
  private final Field requestChannel;
  private final Field responseChannel;
  private final Field waiters;
  private final Field pendingFrames;
  private final Field heldFrames;
  private final Method ioThread;
  private final Method close;
  private final Method newDrain;
  private final Method readSetter;
  private final Method set;
  private final Method wakeupReads;

  UndertowHttp2(ClassLoader loader) throws ReflectiveOperationException {
    connectionType = loader.loadClass("io.undertow.server.protocol.http2.Http2ServerConnection");
    connectionChannel = ContainerQuirks.field(connectionType, "channel");
    requestChannel = ContainerQuirks.field(connectionType, "requestChannel");
    responseChannel = ContainerQuirks.field(connectionType, "responseChannel");
    waiters = ContainerQuirks.field(responseChannel.getType(), "waiterCount");
    Class<?> framed = loader.loadClass("io.undertow.server.protocol.framed.AbstractFramedChannel");
    pendingFrames = ContainerQuirks.field(framed, "pendingFrames");
    heldFrames = ContainerQuirks.field(framed, "heldFrames");
    ioThread = framed.getMethod("getIoThread");
    close = loader.loadClass("io.undertow.server.ServerConnection").getMethod("close");
    newDrain =
        loader
            .loadClass("org.xnio.ChannelListeners")
            .getMethod(
                "drainListener",
                long.class,
                loader.loadClass("org.xnio.ChannelListener"),
                loader.loadClass("org.xnio.ChannelExceptionHandler"));
    Class<?> source = requestChannel.getType();
    readSetter = source.getMethod("getReadSetter");
    set =
        loader
            .loadClass("org.xnio.ChannelListener$Setter")
            .getMethod("set", loader.loadClass("org.xnio.ChannelListener"));
    wakeupReads = source.getMethod("wakeupReads");
  }

  /** Whether {@code connection}, of an exchange, is a stream of HTTP/2. */
  boolean isStream(@Nullable Object connection) {
    return connectionType.isInstance(connection);
  }

  /**
   * Resets the stream and wakes who waits to write to it. Returns when that is done.
   *
   * @return false if somebody writes to it all the time
   */
  boolean reset(Object stream, BooleanSupplier isWriting) throws ReflectiveOperationException {
    Object connection = Objects.requireNonNull(connectionChannel.get(stream));
    Object response = Objects.requireNonNull(responseChannel.get(stream));
    var done = new AtomicBoolean();
    long start = System.nanoTime();
    while (true) {
      onIoThread(
          connection,
          () -> {
            // Not under a thread that copies: its buffer would be somebody else's already. One that
            // waits stays where it is, for this thread alone could wake it.
            if (!isWriting.getAsBoolean() || waiters.getInt(response) > 0) {
              done.set(true);
              resetHere(stream, connection);
            }
          });
      if (done.get() || System.nanoTime() - start > WRITER_COMES_NANOS) {
        return done.get();
      }
      LockSupport.parkNanos(this, WRITER_POLL_NANOS);
    }
  }

  /**
   * Has the I/O thread take what has come of the body and what still comes, after all else that it
   * is to do by now. Nobody reads the body any more.
   */
  void drain(Object stream) {
    run(
        () -> {
          Object request = Objects.requireNonNull(requestChannel.get(stream));
          Object listener = newDrain.invoke(null, Long.MAX_VALUE, null, null);
          ioThread(Objects.requireNonNull(connectionChannel.get(stream)))
              .execute(
                  () ->
                      run(
                          () -> {
                            set.invoke(readSetter.invoke(request), listener);
                            wakeupReads.invoke(request);
                          }));
        });
  }

  @FunctionalInterface
  private interface Action {
    void run() throws ReflectiveOperationException, IOException;
  }

  private Executor ioThread(Object connection) throws ReflectiveOperationException {
    return (Executor) Objects.requireNonNull(ioThread.invoke(connection));
  }

  private void onIoThread(Object connection, Action action) throws ReflectiveOperationException {
    Executor thread = ioThread(connection);
    if (thread == Thread.currentThread()) {
      run(action);
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    try {
      thread.execute(
          () -> {
            try {
              run(action);
            } finally {
              done.countDown();
            }
          });
    } catch (RejectedExecutionException e) {
      return; // the container has been stopped, and all connections with it
    }
    awaitUninterrupted(done);
  }

  private static void run(Action action) {
    try {
      action.run();
    } catch (ReflectiveOperationException | IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "A stream has ended before", e);
    }
  }

  /** Whoever returned to the container before could end the response as if it were whole. */
  private static void awaitUninterrupted(CountDownLatch done) {
    long start = System.nanoTime();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        long left = IO_THREAD_COMES_NANOS - (System.nanoTime() - start);
        ended = done.await(left, TimeUnit.NANOSECONDS) || left <= 0;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void resetHere(Object stream, Object connection)
      throws ReflectiveOperationException, IOException {
    Channel response = (Channel) Objects.requireNonNull(responseChannel.get(stream));
    close.invoke(stream); // sends the reset, and closes the response if nothing of it is queued
    synchronized (connection) { // as its own methods are that use these two
      boolean sending =
          ((Collection<?>) Objects.requireNonNull(pendingFrames.get(connection)))
              .contains(response);
      if (!sending && response.isOpen()) {
        // What waits for the client to open its window would wait for ever. What is partly sent
        // has to be sent whole, and its channel closes itself then.
        ((Collection<?>) Objects.requireNonNull(heldFrames.get(connection))).remove(response);
        response.close();
      }
    }
  }
}
