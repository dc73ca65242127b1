package io.github.deadlinefilter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Tomcat 10.1 and 11. Measured on 10.1.60 and 11.0.27. */
final class TomcatQuirks extends ContainerQuirks {
  /** Of its Response's three: there is no error, one is to be reported, one has been reported. */
  private static final int ERROR_REPORTED = 2;

  /** How long a container thread may take with a request on its way in or out. */
  private static final long PROCESSING_ENDS = TimeUnit.MILLISECONDS.toNanos(100);

  /** As above, where it cannot be waiting for whoever waits for it. */
  private static final long SETTLES = TimeUnit.SECONDS.toNanos(1);

  private final Field facadeRequest;
  private final Field facadeResponse;
  private final Method connector;
  private final Method protocolHandler;
  private final Method protocolExecutor;
  private final Method coyoteRequest;
  private final Method coyoteResponse;
  private final Method coyoteIsCommitted;
  private final Field coyoteErrorState;
  private final Method setFilterChain;
  private final Method setSuspended;
  private final Method setAppCommitted;
  private final Method resetBuffer;
  private final Field hook;
  private final Method threadId;
  private final Method requestId;
  private final Method socketWrapper;
  private final Method connectionLock;

  /** Null in Tomcat before 10.1.12, which uses a monitor. */
  private final @Nullable Field streamLock;

  private final Field stream;
  private final Field cookieHeader;

  TomcatQuirks(ClassLoader loader) throws ReflectiveOperationException {
    facadeRequest =
        field(loader.loadClass("org.apache.catalina.connector.RequestFacade"), "request");
    facadeResponse =
        field(loader.loadClass("org.apache.catalina.connector.ResponseFacade"), "response");
    coyoteRequest =
        loader.loadClass("org.apache.catalina.connector.Request").getMethod("getCoyoteRequest");
    connector = loader.loadClass("org.apache.catalina.connector.Request").getMethod("getConnector");
    setFilterChain = connector.getDeclaringClass().getMethod("setFilterChain", FilterChain.class);
    protocolHandler = connector.getReturnType().getMethod("getProtocolHandler");
    protocolExecutor = protocolHandler.getReturnType().getMethod("getExecutor");
    Class<?> response = loader.loadClass("org.apache.catalina.connector.Response");
    coyoteResponse = response.getMethod("getCoyoteResponse");
    setSuspended = response.getMethod("setSuspended", boolean.class);
    setAppCommitted = response.getMethod("setAppCommitted", boolean.class);
    resetBuffer = response.getMethod("resetBuffer", boolean.class);
    Class<?> coyote = loader.loadClass("org.apache.coyote.Response");
    coyoteIsCommitted = coyote.getMethod("isCommitted");
    coyoteErrorState = field(coyote, "errorState");
    Class<?> coyotes = loader.loadClass("org.apache.coyote.Request");
    hook = field(coyotes, "hook");
    threadId = coyotes.getMethod("getThreadId");
    requestId = coyotes.getMethod("getRequestId");
    socketWrapper =
        method(loader.loadClass("org.apache.coyote.AbstractProcessor"), "getSocketWrapper");
    connectionLock =
        loader.loadClass("org.apache.tomcat.util.net.SocketWrapperBase").getMethod("getLock");
    Class<?> streams = loader.loadClass("org.apache.coyote.http2.StreamProcessor");
    streamLock = optional(streams, "processLock");
    stream = field(streams, "stream");
    cookieHeader = field(stream.getType(), "cookieHeader");
  }

  @Override
  @Nullable Executor executor(HttpServletRequest request) {
    try {
      Object protocol = protocolHandler.invoke(connector.invoke(facadeRequest.get(request)));
      return (Executor) protocolExecutor.invoke(protocol);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Field optional(Class<?> type, String name) {
    try {
      return field(type, name);
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  private static Method method(Class<?> type, String name, Class<?>... parameters)
      throws ReflectiveOperationException {
    Class<?> declaring = type;
    while (true) {
      try {
        Method method = declaring.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
      } catch (NoSuchMethodException e) {
        declaring = declaring.getSuperclass();
        if (declaring == null) {
          throw e;
        }
      }
    }
  }

  /**
   * The facade calls a response committed when a redirect or the last byte of a given
   * Content-Length is in its buffer, with nothing sent.
   */
  @Override
  boolean isOnWire(HttpServletResponse response) {
    try {
      Object connectors = facadeResponse.get(response); // null: it has been taken back
      return connectors != null
          && (boolean) coyoteIsCommitted.invoke(coyoteResponse.invoke(connectors));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return response.isCommitted();
    }
  }

  /**
   * Its reset() keeps the encoder of a writer that had been there, so that whatever is written next
   * is in that writer's encoding and not in the one that its head names.
   */
  @Override
  void makeWritable(HttpServletResponse response) {
    try {
      Object connectors = facadeResponse.get(response);
      setSuspended.invoke(connectors, false);
      setAppCommitted.invoke(connectors, false);
      resetBuffer.invoke(connectors, true);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // The reset that follows says what is wrong.
    }
  }

  /**
   * When the trailers of a request come over HTTP/2, it adds all cookies to the request once more.
   * If that has ended meanwhile, as it has where it was answered early, its object is another
   * user's by then, who would have the cookies of both.
   */
  @Override
  void prepare(HttpServletRequest request) {
    if (isHttp1(request)) {
      return;
    }
    try {
      if (cookieHeader.get(stream.get(processor(request))) instanceof StringBuilder cookies) {
        cookies.setLength(0); // they are in the request by now
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Then it is as it is without this filter.
    }
  }

  /**
   * It keeps the filter chain with its request for the next one, and sets the chain's position to
   * the beginning when its thread returns. A worker that moves on in the chain at that very moment
   * sets it to what comes next, and the next user's request begins there: behind the filters that
   * guard it. So the worker has this chain for itself.
   */
  @Override
  boolean leaveChain(HttpServletRequest request) {
    try {
      setFilterChain.invoke(facadeRequest.get(request), (Object) null);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** HTTP/1.1 does not hear it; HTTP/2 may be about to tell the client how much it has read. */
  @Override
  boolean mayInterruptRead(HttpServletRequest request) {
    return false;
  }

  /** It waits for a condition. */
  @Override
  boolean waitsInNative(HttpServletRequest request) {
    return false;
  }

  @Override
  boolean forceAsync(HttpServletRequest request) {
    request.setAttribute("org.apache.catalina.ASYNC_SUPPORTED", true);
    return request.isAsyncSupported();
  }

  /**
   * Shuts the socket's output down, which wakes a blocked writer too, or resets the stream. Not
   * SocketWrapper.close, after which onComplete never comes, nor Stream.close, which leaks.
   */
  @Override
  boolean abort(
      HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
    try {
      Object processor = processor(request);
      if (!isHttp1(request)) {
        return resetStream(processor);
      }
      takeUpgradeBack(processor);
      Object channel = channel(processor);
      if (channel instanceof SocketChannel socket) {
        socket.shutdownOutput();
      } else if (channel instanceof AsynchronousSocketChannel socket) {
        socket.shutdownOutput();
      } else {
        return channel == null; // closed already
      }
      return true;
    } catch (IOException e) {
      return true; // closed already
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Its handler would go on with what the client sends. */
  private static void takeUpgradeBack(Object processor) throws IllegalAccessException {
    try {
      field(processor.getClass(), "upgradeToken").set(processor, null);
    } catch (NoSuchFieldException e) {
      // There are no upgrades over AJP.
    }
  }

  /**
   * A write that fails after startAsync and before the container thread has returned brings the
   * request into the state MUST_ERROR, which its asyncPostProcess does not know: that costs the
   * connection, in HTTP/2 with the streams of others.
   */
  @Override
  boolean mustAnswerBeforePark() {
    return true;
  }

  /**
   * As above: a write that has failed, a read that fails when the client resets the stream, and, in
   * Tomcat 11, bytes that have not left a stream that was cut, which its asyncPostProcess flushes.
   */
  @Override
  boolean mustHold(HttpServletRequest request, boolean reading, boolean cut) {
    return ((reading || cut) && !isHttp1(request))
        || request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) != null;
  }

  /**
   * A read that fails is an error that Tomcat reports: it would include the application's error
   * page in the answer, and close the connection before the request is complete. So it is reported.
   *
   * <p>In one step, for a container thread that tells a listener of bytes looks twice whether an
   * error is to be reported. Where one is at first, by setError, and then is not any more, by
   * setErrorReported, it runs the whole application once more.
   */
  @Override
  void afterAnswer(HttpServletResponse response) {
    try {
      Object coyote = coyoteResponse.invoke(facadeResponse.get(response));
      ((AtomicInteger) Objects.requireNonNull(coyoteErrorState.get(coyote))).set(ERROR_REPORTED);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Then the error page runs for nothing.
    }
  }

  /**
   * Tomcat 11 writes what is left in buffers before it completes. Where that fails, as it does
   * after a cut, the request ends without onComplete and counts as in progress for ever, and over
   * HTTP/2 the connection ends with it, and with the streams of others.
   */
  @Override
  void dropUnsent(HttpServletRequest request) {
    try {
      Object coyote = coyote(request);
      Object processor = coyote == null ? null : hook.get(coyote);
      if (processor == null) {
        return;
      }
      if (isHttp1(request)) {
        dropUnsent(socketWrapper.invoke(processor));
      } else {
        Object own = Objects.requireNonNull(stream.get(processor));
        Object output = field(own.getClass(), "streamOutputBuffer").get(own);
        ((ByteBuffer) field(output.getClass(), "buffer").get(output)).clear();
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Then the container's own count is wrong, and its stop waits longer.
    }
  }

  @Override
  Tenure tenure(HttpServletRequest request) {
    return tenure(request, PROCESSING_ENDS);
  }

  /**
   * @param nanos how long a container thread may take with the request
   */
  Tenure tenure(HttpServletRequest request, long nanos) {
    try {
      Object processor = processor(request);
      Object connection = Objects.requireNonNull(socketWrapper.invoke(processor));
      Object lock =
          isHttp1(request)
              ? connectionLock.invoke(connection)
              : streamLock == null ? new ReentrantLock() : streamLock.get(processor);
      return new Processed(
          request,
          Objects.requireNonNull(id(request)),
          (ReentrantLock) Objects.requireNonNull(lock),
          nanos);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return TOLD; // as far as anybody knows
    }
  }

  /** Another one for each request that the same objects serve; null if they serve none. */
  private @Nullable Object id(HttpServletRequest request) throws ReflectiveOperationException {
    Object coyote = coyote(request);
    return coyote == null ? null : requestId.invoke(coyote);
  }

  /** Null if the facade has been taken back. */
  private @Nullable Object coyote(HttpServletRequest request) throws ReflectiveOperationException {
    Object connectors = facadeRequest.get(request);
    return connectors == null ? null : coyoteRequest.invoke(connectors);
  }

  /**
   * A write that fails while the container thread is on its way out has Tomcat take the request
   * back and tell nobody, and so does whoever closes the connection. A container thread holds
   * {@code lock} for as long as it is at the request.
   */
  private final class Processed extends Tenure {
    private final HttpServletRequest request;
    private final Object id;
    private final ReentrantLock lock;
    private final long nanos;

    Processed(HttpServletRequest request, Object id, ReentrantLock lock, long nanos) {
      this.request = request;
      this.id = id;
      this.lock = lock;
      this.nanos = nanos;
    }

    @Override
    boolean isOver() {
      try {
        return !id.equals(id(request));
      } catch (ReflectiveOperationException e) {
        return false;
      }
    }

    @Override
    boolean call(Runnable call) {
      return call(call, tryLock(nanos, /* whileServing= */ false));
    }

    /**
     * A container thread that is about to tell a listener of bytes sees that there is one, and
     * fails if the request is completed before it has said so: over HTTP/2 that ends the
     * connection, with the streams of others. The lock is not waited for for ever: its holder may
     * be in {@link AsyncCycle#onError}, and wait for this.
     */
    @Override
    boolean complete(Runnable completion) {
      return call(completion, tryLock(nanos, /* whileServing= */ true));
    }

    private boolean call(Runnable call, boolean locked) {
      try {
        boolean ours = !isOver();
        if (ours) {
          call.run();
        }
        return ours;
      } finally {
        if (locked) {
          lock.unlock();
        }
      }
    }

    @Override
    boolean settle() {
      if (lock.isHeldByCurrentThread()) {
        return false; // that is the container thread
      }
      boolean locked = tryLock(SETTLES, /* whileServing= */ false);
      if (locked) {
        lock.unlock();
      }
      return locked;
    }

    /** {@code whileServing}: whether to wait for one that is in the code of an application. */
    private boolean tryLock(long most, boolean whileServing) {
      var locked = new AtomicBoolean();
      await(
          () -> {
            locked.set(lock.tryLock());
            return locked.get() || (!whileServing && isServing());
          },
          most);
      return locked.get();
    }

    private boolean isServing() {
      try {
        Object coyote = coyote(request);
        return coyote != null && (long) threadId.invoke(coyote) != 0;
      } catch (ReflectiveOperationException e) {
        return false;
      }
    }
  }

  private static void dropUnsent(@Nullable Object wrapper) throws ReflectiveOperationException {
    if (wrapper != null) {
      Object buffers = method(wrapper.getClass(), "getSocketBufferHandler").invoke(wrapper);
      method(buffers.getClass(), "reset").invoke(buffers);
      Object more = field(wrapper.getClass(), "nonBlockingWriteBuffer").get(wrapper);
      method(more.getClass(), "clear").invoke(more);
    }
  }

  /**
   * A reader inside the container keeps onComplete from coming if the client closes, and makes each
   * stop of the context wait. Over HTTP/2 the connection is not this request's alone: its stream's
   * reader is told what it would be told if the client had reset it.
   */
  @Override
  void endInput(HttpServletRequest request) {
    try {
      Object processor = processor(request);
      if (!isHttp1(request)) {
        endStreamInput(processor);
        return;
      }
      Object channel = channel(processor);
      if (channel instanceof SocketChannel socket) {
        socket.shutdownInput();
      } else if (channel instanceof AsynchronousSocketChannel socket) {
        socket.shutdownInput();
      }
    } catch (IOException | ReflectiveOperationException | IllegalArgumentException e) {
      // Closed already, or the reader wakes with the client's next bytes or its time-out.
    }
  }

  private void endStreamInput(Object processor) throws ReflectiveOperationException {
    Object own = Objects.requireNonNull(stream.get(processor));
    Object input = field(own.getClass(), "inputBuffer").get(own);
    Object buffer = field(input.getClass(), "inBuffer").get(input);
    if (buffer != null) {
      synchronized (buffer) { // the reader waits for it
        field(input.getClass(), "resetReceived").setBoolean(input, true);
        buffer.notifyAll();
      }
    }
  }

  private Object processor(HttpServletRequest request) throws ReflectiveOperationException {
    return hook.get(coyoteRequest.invoke(facadeRequest.get(request)));
  }

  private @Nullable Object channel(Object processor) throws ReflectiveOperationException {
    Object wrapper = socketWrapper.invoke(processor);
    if (wrapper == null) {
      return null;
    }
    Object socket = method(wrapper.getClass(), "getSocket").invoke(wrapper);
    return socket == null ? null : method(socket.getClass(), "getIOChannel").invoke(socket);
  }

  private boolean resetStream(Object processor) throws ReflectiveOperationException {
    Object handler = field(processor.getClass(), "handler").get(processor);
    Object own = Objects.requireNonNull(stream.get(processor));
    Object state = field(own.getClass(), "state").get(own);
    ClassLoader loader = Objects.requireNonNull(processor.getClass().getClassLoader());
    Class<?> errors = loader.loadClass("org.apache.coyote.http2.Http2Error");
    Class<?> exceptions = loader.loadClass("org.apache.coyote.http2.StreamException");
    Constructor<?> newException =
        exceptions.getDeclaredConstructor(String.class, errors, int.class);
    newException.setAccessible(true);
    Field internalError = field(errors, "INTERNAL_ERROR");
    Object exception =
        newException.newInstance(
            "The deadline passed after the response had begun",
            internalError.get(null),
            method(own.getClass(), "getIdAsInt").invoke(own));
    method(handler.getClass(), "sendStreamReset", state.getClass(), exceptions)
        .invoke(handler, state, exception);
    method(own.getClass(), "cancelAllocationRequests").invoke(own);
    return true;
  }
}
