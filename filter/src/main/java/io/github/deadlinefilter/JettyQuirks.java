package io.github.deadlinefilter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Jetty 12, the ee10 and ee11 environments. Measured on 12.1.12. */
final class JettyQuirks extends ContainerQuirks {
  private final Method setAsyncSupported;
  private final Method coreRequest;
  private final Method fail;
  private final Constructor<?> newEof;
  private final Class<?> streamType;
  private final Class<?> callbackType;
  private final Method addStreamWrapper;
  private final Method newFailure;
  private final Method channelOf;
  private final Method onContentAvailable;
  private final Method connectionMetaData;
  private final Method connection;
  private final Method connector;
  private final Method connectorExecutor;
  private final Method isRunning;
  private final Method endPoint;
  private final Method close;
  private final Method context;
  private final Method contextHandler;
  private final Method currentContext;
  private final @Nullable Method enterScope;
  private final @Nullable Method exitScope;

  /**
   * @param contextName the class of the ServletContext, whose package has the environment's name
   */
  JettyQuirks(String contextName, ClassLoader loader) throws ReflectiveOperationException {
    // The context's own class is of another package where it belongs to a WAR (...ee10.webapp).
    String environment = contextName.replaceFirst("^(org\\.eclipse\\.jetty\\.\\w+)\\..*", "$1");
    Class<?> apiRequest = loader.loadClass(environment + ".servlet.ServletApiRequest");
    setAsyncSupported = apiRequest.getMethod("setAsyncSupported", boolean.class);
    coreRequest = apiRequest.getMethod("getRequest");
    Class<?> request = loader.loadClass("org.eclipse.jetty.server.Request");
    fail = request.getMethod("fail", Throwable.class);
    newEof = loader.loadClass("org.eclipse.jetty.io.EofException").getConstructor(String.class);
    streamType = loader.loadClass("org.eclipse.jetty.server.HttpStream");
    callbackType = loader.loadClass("org.eclipse.jetty.util.Callback");
    addStreamWrapper = request.getMethod("addHttpStreamWrapper", Function.class);
    newFailure =
        loader
            .loadClass("org.eclipse.jetty.io.Content$Chunk")
            .getMethod("from", Throwable.class, boolean.class);
    Class<?> channel = loader.loadClass("org.eclipse.jetty.server.HttpChannel");
    channelOf = channel.getMethod("from", request);
    onContentAvailable = channel.getMethod("onContentAvailable");
    connectionMetaData = request.getMethod("getConnectionMetaData");
    connection =
        loader.loadClass("org.eclipse.jetty.server.ConnectionMetaData").getMethod("getConnection");
    connector = connectionMetaData.getReturnType().getMethod("getConnector");
    connectorExecutor = connector.getReturnType().getMethod("getExecutor");
    isRunning = connector.getReturnType().getMethod("isRunning");
    endPoint = loader.loadClass("org.eclipse.jetty.io.Connection").getMethod("getEndPoint");
    close = loader.loadClass("org.eclipse.jetty.io.EndPoint").getMethod("close");
    context = request.getMethod("getContext");
    Class<?> handler = loader.loadClass("org.eclipse.jetty.server.handler.ContextHandler");
    contextHandler =
        loader
            .loadClass("org.eclipse.jetty.server.handler.ContextHandler$ScopedContext")
            .getMethod("getContextHandler");
    currentContext = handler.getMethod("getCurrentContext");
    Class<?> type = loader.loadClass("org.eclipse.jetty.server.Context");
    enterScope = ifAccessible(handler, "enterScope", request);
    exitScope = ifAccessible(handler, "exitScope", request, type, ClassLoader.class);
  }

  @Override
  @Nullable Executor executor(HttpServletRequest request) {
    try {
      return (Executor) connectorExecutor.invoke(connectorOf(request));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * It ends those of HTTP/1.1 one after the other on the thread of their selector, and their
   * objects with them. Those of HTTP/2 tell of their end on other threads.
   */
  @Override
  boolean isStopping(HttpServletRequest request) {
    try {
      return isHttp1(request) && Boolean.FALSE.equals(isRunning.invoke(connectorOf(request)));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  private Object connectorOf(HttpServletRequest request) throws ReflectiveOperationException {
    return connector.invoke(connectionMetaData.invoke(coreRequest.invoke(request)));
  }

  /** They are protected, and out of reach where Jetty runs as modules. */
  private static @Nullable Method ifAccessible(Class<?> type, String name, Class<?>... parameters)
      throws NoSuchMethodException {
    Method method = type.getDeclaredMethod(name, parameters);
    return method.trySetAccessible() ? method : null;
  }

  /** Its security looks for the application's context in a thread local, as applications may. */
  @Override
  Runnable bind(HttpServletRequest request) {
    Method enter = enterScope;
    Method exit = exitScope;
    if (enter == null || exit == null) {
      return () -> {};
    }
    try {
      Object core = coreRequest.invoke(request);
      Object own = context.invoke(core);
      Object before = currentContext.invoke(null);
      if (before == own) {
        return () -> {};
      }
      Object handler = contextHandler.invoke(own);
      Object loader = enter.invoke(handler, core);
      return () -> {
        try {
          exit.invoke(handler, core, before, loader);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its non-blocking output takes nothing from who has not asked. */
  @Override
  boolean isReady(ServletOutputStream output) {
    return output.isReady();
  }

  /** Its reset() ends with the cookie of the session, and fails if that has been invalidated. */
  @Override
  void reset(HttpServletResponse response) {
    try {
      response.reset();
    } catch (IllegalStateException e) {
      if (response.isCommitted()) {
        throw e;
      }
    }
  }

  /**
   * Its reset() adds the cookie of a session again, beside the one that the headers already had,
   * and each cookie comes with a date of expiry for the response.
   */
  @Override
  void afterReset(HttpServletResponse response, @Nullable Object cookies) {
    response.setHeader("Set-Cookie", null);
    response.setHeader("Expires", null);
  }

  @Override
  boolean forceAsync(HttpServletRequest request) {
    try {
      setAsyncSupported.invoke(request, true);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** It waits for a condition. */
  @Override
  boolean waitsInNative(HttpServletRequest request) {
    return false;
  }

  /**
   * Closes the end point, or resets the stream. Not ServletChannel.abort, which recycles the
   * request under the worker, nor ChannelRequest.fail alone, which resets only what is being
   * written.
   */
  @Override
  boolean abort(
      HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
    try {
      Object where = connection.invoke(connectionMetaData.invoke(coreRequest.invoke(request)));
      if (isHttp1(request)) {
        close.invoke(endPoint.invoke(where));
        return true;
      }
      return resetStream(request, where, isWriting.getAsBoolean());
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * HTTP/2 may not be on the class path, so its classes are looked up where it is in use.
   *
   * @param isWriting bytes of the response may be on their way. Then Jetty is to reset the stream,
   *     which gives the writer its buffer back when they are out. After a reset that it has not
   *     made it would do so at once, and would send what the next one writes there. If nothing is
   *     on its way it would report an error to an asynchronous request, which may end without
   *     onComplete.
   */
  private boolean resetStream(HttpServletRequest request, Object connection, boolean isWriting)
      throws ReflectiveOperationException {
    int id = Integer.parseInt(request.getProtocolRequestId());
    ClassLoader loader = Objects.requireNonNull(connection.getClass().getClassLoader());
    Object session = connection.getClass().getMethod("getSession").invoke(connection);
    Object stream =
        loader
            .loadClass("org.eclipse.jetty.http2.api.Session")
            .getMethod("getStream", int.class)
            .invoke(session, id);
    if (stream == null) {
      return true; // reset by the client already
    }
    Class<?> type = loader.loadClass("org.eclipse.jetty.http2.api.Stream");
    if (isWriting) {
      Runnable cancel = failWrites(request);
      Method isReset = type.getMethod("isReset");
      if (await(() -> Boolean.TRUE.equals(call(isReset, stream)), RESET_COMES)) {
        return true;
      }
      // Race with Jetty's thread, which has no processor yet: whoever comes first makes its reset.
      if (cancel != null) {
        cancel.run();
        return true;
      }
    }
    Class<?> frame = loader.loadClass("org.eclipse.jetty.http2.frames.ResetFrame");
    type.getMethod("reset", frame, callbackType)
        .invoke(
            stream,
            frame.getConstructor(int.class, int.class).newInstance(id, INTERNAL_ERROR),
            callbackType.getField("NOOP").get(null));
    return true;
  }

  /**
   * Fails what is on its way, and returns Jetty's cancelling of it, which resets the stream: Jetty
   * runs it on a thread of its own, soon or late. Null if nothing is on its way.
   */
  private @Nullable Runnable failWrites(HttpServletRequest request)
      throws ReflectiveOperationException {
    Object core = coreRequest.invoke(request);
    var cancel = new AtomicReference<@Nullable Runnable>();
    wrapStream(core, stream -> givingOut(stream, cancel));
    fail.invoke(core, passed());
    return cancel.get();
  }

  private Object givingOut(Object stream, AtomicReference<@Nullable Runnable> cancel) {
    return proxy(
        streamType,
        (method, arguments) -> {
          Object result = method.invoke(stream, arguments);
          if (!method.getName().equals("cancelSend") || result == null) {
            return result;
          }
          var first = new AtomicBoolean(true);
          Runnable once =
              () -> {
                if (first.getAndSet(false)) {
                  ((Runnable) result).run();
                }
              };
          cancel.set(once);
          return once;
        });
  }

  private Object passed() throws ReflectiveOperationException {
    return newEof.newInstance("The deadline passed");
  }

  /** Its complete() aborts output that is not ready, and gives the buffer away. */
  @Override
  boolean sendsOn(HttpServletRequest request, HttpServletResponse response) {
    try {
      return !isHttp1(request) && !response.getOutputStream().isReady();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A form and the parts of a multipart body are waited for with CompletableFuture.join, which no
   * interrupt ends. From here on the stream of the request fails each read, and whoever waits for
   * its bytes looks again. Not Request.fail: where nobody waits just then that would tell our own
   * {@link AsyncCycle#onError}, which waits for the reader, on the very invoker that would have to
   * wake it.
   */
  @Override
  void endInput(HttpServletRequest request) {
    try {
      Object core = coreRequest.invoke(request);
      Object channel = channelOf.invoke(null, core);
      Object failure = newFailure.invoke(null, passed(), true);
      wrapStream(core, stream -> failingReads(stream, channel, failure));
      wakeReader(channel);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Then the reader wakes with the client's next bytes or the container's time-out.
    }
  }

  private Object failingReads(Object stream, Object channel, Object failure) {
    return proxy(
        streamType,
        (method, arguments) ->
            switch (method.getName()) {
              case "read" -> failure;
              case "demand" -> { // by a reader that had asked the stream itself
                wakeReader(channel);
                yield null;
              }
              default -> method.invoke(stream, arguments);
            });
  }

  /**
   * Jetty's own error page is written twice. Over HTTP/2 the first time may not be out yet where
   * others send on the same connection; the second one fails then, and Jetty resets the stream in
   * place of an answer. From here on each write has been made when it returns.
   */
  @Override
  void beforeError(HttpServletRequest request) {
    if (isHttp1(request)) {
      return;
    }
    try {
      wrapStream(coreRequest.invoke(request), this::waitingSends);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // Then the answer may be lost, as that to any other error.
    }
  }

  private Object waitingSends(Object stream) {
    return proxy(
        streamType,
        (method, arguments) -> {
          if (!method.getName().equals("send")) {
            return method.invoke(stream, arguments);
          }
          var sent = new AtomicBoolean();
          int last = arguments.length - 1;
          arguments[last] = telling(arguments[last], sent);
          method.invoke(stream, arguments);
          await(sent::get, ERROR_LEAVES);
          return null;
        });
  }

  /** {@code sent} is true when it has been told of success or failure, and not before. */
  private Object telling(Object callback, AtomicBoolean sent) {
    return proxy(
        callbackType,
        (method, arguments) -> {
          try {
            return method.invoke(callback, arguments);
          } finally {
            if (method.getName().equals("succeeded") || method.getName().equals("failed")) {
              sent.set(true);
            }
          }
        });
  }

  private void wrapStream(Object core, UnaryOperator<Object> wrapper)
      throws ReflectiveOperationException {
    addStreamWrapper.invoke(core, wrapper);
  }

  @FunctionalInterface
  private interface Call {
    @Nullable Object make(Method method, @Nullable Object[] arguments)
        throws ReflectiveOperationException;
  }

  /** Throws what the method behind it throws. */
  private static Object proxy(Class<?> type, Call call) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          try {
            return call.make(method, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private void wakeReader(Object channel) throws ReflectiveOperationException {
    if (onContentAvailable.invoke(channel) instanceof Runnable reader) {
      reader.run();
    }
  }

  /** Longer only if Jetty sends nothing just then, or its thread gets no processor. */
  private static final long RESET_COMES = TimeUnit.MILLISECONDS.toNanos(20);

  /** As a rule at once. Longer only if the client takes nothing. */
  private static final long ERROR_LEAVES = TimeUnit.SECONDS.toNanos(1);

  private static final int INTERNAL_ERROR = 2;
}
