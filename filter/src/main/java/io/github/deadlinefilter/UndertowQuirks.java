package io.github.deadlinefilter;

import io.github.deadlinefilter.FencedRun.ContainerCall;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.Channel;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Undertow 2.3, by itself or in an application server. Measured on 2.3.18. */
final class UndertowQuirks extends ContainerQuirks {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** How long an I/O thread may be busy before something is done without it. */
  private static final long IO_THREAD_COMES = TimeUnit.MILLISECONDS.toNanos(200);

  private final Method requestExchange;
  private final Method responseExchange;
  private final Method attachment;
  private final Field attachments;
  private final Object contextKey;
  private final Method currentContext;
  private final Method setCurrentContext;
  private final Method clearCurrentContext;
  private final Method getServletRequest;
  private final Method setServletRequest;
  private final Method getServletResponse;
  private final Method setServletResponse;
  private final Method setDispatcherType;
  private final UndertowHead.Access head;
  private final Field responseFlags;
  private final Field contentType;
  private final Method setAsyncSupported;
  private final Method addAsyncTask;
  private final Method connection;
  private final Method close;
  private final Method ioThread;
  private final Method isRequestComplete;
  private final Method responseCookies;
  private final Method responseCookieMap;
  private final Method setResponseCookie;
  private final Field cookieSet;
  private final Constructor<?> newCookieSet;
  private final Field servletInput;
  private final Field inputState;
  private final Field inputBuffer;
  private final Field inputListener;
  private final AtomicIntegerFieldUpdater<Object> inputFlags;
  private final int inputFinished;
  private final int inputEnded;
  private final int inputCallsBack;
  private final Field servletOutput;
  private final Field outputState;
  private final Field outputListener;
  private final int outputEnded;
  private final int outputCallsBack;
  private final Class<?> serverConnection;
  private final Method channel;
  private final Field closeSetter;
  private final Field closeListener;
  private final Method source;
  private final Method conduit;
  private final Method setConduit;
  private final Constructor<?> newBrokenConduit;
  private final Object noListener;
  private final Method tell;
  private final UndertowHttp2 http2;

  @SuppressWarnings("unchecked")
  UndertowQuirks(ClassLoader loader) throws ReflectiveOperationException {
    Class<?> exchange = loader.loadClass("io.undertow.server.HttpServerExchange");
    Class<?> context = loader.loadClass("io.undertow.servlet.handlers.ServletRequestContext");
    Class<?> request = loader.loadClass("io.undertow.servlet.spec.HttpServletRequestImpl");
    requestExchange = request.getMethod("getExchange");
    Class<?> response = loader.loadClass("io.undertow.servlet.spec.HttpServletResponseImpl");
    responseExchange = response.getMethod("getExchange");
    head = new UndertowHead.Access(loader, response, exchange);
    responseFlags = field(response, "flags");
    contentType = field(response, "contentType");
    attachment =
        exchange.getMethod("getAttachment", loader.loadClass("io.undertow.util.AttachmentKey"));
    attachments = field(exchange, "attachments");
    contextKey = Objects.requireNonNull(context.getField("ATTACHMENT_KEY").get(null));
    currentContext = context.getMethod("current");
    setCurrentContext = context.getMethod("setCurrentRequestContext", context);
    clearCurrentContext = context.getMethod("clearCurrentServletAttachments");
    getServletRequest = context.getMethod("getServletRequest");
    setServletRequest = context.getMethod("setServletRequest", ServletRequest.class);
    getServletResponse = context.getMethod("getServletResponse");
    setServletResponse = context.getMethod("setServletResponse", ServletResponse.class);
    setDispatcherType = context.getMethod("setDispatcherType", DispatcherType.class);
    setAsyncSupported = context.getMethod("setAsyncSupported", boolean.class);
    addAsyncTask =
        loader
            .loadClass("io.undertow.servlet.spec.AsyncContextImpl")
            .getMethod("addAsyncTask", Runnable.class);
    connection = exchange.getMethod("getConnection");
    close = loader.loadClass("io.undertow.server.ServerConnection").getMethod("close");
    ioThread = exchange.getMethod("getIoThread");
    isRequestComplete = exchange.getMethod("isRequestComplete");
    responseCookies = exchange.getMethod("responseCookies");
    responseCookieMap = exchange.getMethod("getResponseCookies");
    setResponseCookie =
        exchange.getMethod(
            "setResponseCookie", loader.loadClass("io.undertow.server.handlers.Cookie"));
    cookieSet = exchange.getDeclaredField("responseCookies");
    cookieSet.setAccessible(true);
    newCookieSet = cookieSet.getType().getDeclaredConstructor(Iterable.class);
    newCookieSet.setAccessible(true);
    servletInput = field(request, "servletInputStream");
    Class<?> input = loader.loadClass("io.undertow.servlet.spec.ServletInputStreamImpl");
    inputState = field(input, "state");
    inputFlags =
        (AtomicIntegerFieldUpdater<Object>)
            Objects.requireNonNull(field(input, "stateUpdater").get(null));
    inputBuffer = field(input, "pooled");
    inputListener = field(input, "listener");
    inputFinished = field(input, "FLAG_FINISHED").getInt(null);
    inputEnded = field(input, "FLAG_CLOSED").getInt(null) | inputFinished;
    inputCallsBack = field(input, "FLAG_BEING_INVOKED_IN_IO_THREAD").getInt(null);
    servletOutput = field(response, "servletOutputStream");
    Class<?> output = loader.loadClass("io.undertow.servlet.spec.ServletOutputStreamImpl");
    outputState = field(output, "state");
    outputListener = field(output, "listener");
    outputEnded = field(output, "FLAG_CLOSED").getInt(null);
    outputCallsBack = field(output, "FLAG_IN_CALLBACK").getInt(null);
    serverConnection = loader.loadClass("io.undertow.server.AbstractServerConnection");
    channel = serverConnection.getMethod("getChannel");
    closeSetter = field(serverConnection, "closeSetter");
    Class<?> streams = loader.loadClass("org.xnio.StreamConnection");
    closeListener = field(streams, "closeListener");
    source = streams.getMethod("getSourceChannel");
    Class<?> conduits = loader.loadClass("org.xnio.conduits.StreamSourceConduit");
    conduit = source.getReturnType().getMethod("getConduit");
    setConduit = source.getReturnType().getMethod("setConduit", conduits);
    newBrokenConduit =
        loader
            .loadClass("io.undertow.conduits.BrokenStreamSourceConduit")
            .getConstructor(conduits, IOException.class);
    Class<?> listeners = loader.loadClass("org.xnio.ChannelListeners");
    noListener = Objects.requireNonNull(listeners.getMethod("nullChannelListener").invoke(null));
    tell =
        listeners.getMethod(
            "invokeChannelListener", Channel.class, loader.loadClass("org.xnio.ChannelListener"));
    http2 = new UndertowHttp2(loader);
  }

  /**
   * What it keeps for a request is in an IdentityHashMap, which a session that ends changes.
   * Whoever looks into that meanwhile may not find what is there.
   */
  @Override
  @SuppressWarnings("unchecked")
  void prepare(HttpServletRequest request) {
    Object exchange = exchange(request);
    try {
      var kept = (Map<Object, Object>) Objects.requireNonNull(attachments.get(exchange));
      attachments.set(exchange, Collections.synchronizedMap(kept));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Its dispatchers and its default servlet look for the request in a thread local, and without it
   * a forward is dispatched for ever.
   */
  @Override
  Runnable bind(HttpServletRequest request) {
    Object context = context(request);
    Object before = call(currentContext, null);
    if (before == context) {
      return () -> {};
    }
    call(setCurrentContext, null, context);
    return () -> {
      if (before == null) {
        call(clearCurrentContext, null);
      } else {
        call(setCurrentContext, null, before);
      }
    };
  }

  /**
   * For a dispatch and for its own reader it takes what its last dispatcher, filter or servlet was
   * called with.
   */
  @Override
  <T, E extends Exception> T withoutGuards(HttpServletRequest request, ContainerCall<T, E> call)
      throws E {
    Object context = context(request);
    var calledWith = (ServletRequest) Objects.requireNonNull(call(getServletRequest, context));
    var andWith = (ServletResponse) Objects.requireNonNull(call(getServletResponse, context));
    call(setServletRequest, context, Wrappers.unguarded(calledWith));
    call(setServletResponse, context, Wrappers.unguarded(andWith));
    try {
      return super.withoutGuards(request, call);
    } finally {
      call(setServletRequest, context, calledWith);
      call(setServletResponse, context, andWith);
    }
  }

  /** Inside an include it takes no head. */
  @Override
  HttpServletResponse head(HttpServletResponse response) {
    return new UndertowHead(head, response, call(responseExchange, response));
  }

  /**
   * Inside an include, and where an error was sent, closing does not end the answer. The worker may
   * be on its way into includes or out of them, and each step says so anew, but it has an end: as
   * the fence is closed it begins no other one.
   */
  @Override
  void close(HttpServletResponse response, ServletOutputStream output) throws IOException {
    Object context = call(attachment, call(responseExchange, response), contextKey);
    try {
      do {
        call(setDispatcherType, context, DispatcherType.REQUEST);
        responseFlags.setInt(response, 0);
        output.close();
      } while (outputListener.get(output) == null
          && (outputState.getInt(output) & outputEnded) == 0);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** It looks at the status of the answer. */
  @Override
  boolean canRefuseUpgrade() {
    return true;
  }

  /** Its non-blocking output takes nothing before its first onWritePossible. */
  @Override
  boolean isReady(ServletOutputStream output) {
    return output.isReady();
  }

  /** HTTP/1.1 waits with a selector, HTTP/2 for a condition. */
  @Override
  boolean waitsInNative(HttpServletRequest request) {
    return isHttp1(request);
  }

  /** A connection that is closed wakes nobody who waits for it to take bytes. */
  @Override
  boolean mayInterruptWrite(HttpServletRequest request) {
    return isHttp1(request);
  }

  @Override
  boolean forceAsync(HttpServletRequest request) {
    call(setAsyncSupported, context(request), true);
    return true;
  }

  @Override
  boolean abort(
      HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
    Object connected = call(connection, exchange(request));
    try {
      if (connected != null && http2.isStream(connected)) {
        return http2.reset(connected, isWriting);
      }
      close.invoke(connected);
      return true;
    } catch (InvocationTargetException e) {
      return e.getCause() instanceof IOException; // its client has gone: it is closed all the same
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /**
   * Who finds the connection broken closes it, and whoever closes it tells its listener, which ends
   * the exchange there and then: the buffers of both streams are given back, and that of the head.
   * Undertow gives most of its buffers back to the system at once, and what is written there
   * afterwards is in somebody else's memory.
   *
   * <p>An I/O thread that reads for a listener is at an end with that: it takes what has come with
   * the head from the connection, where whoever answers looks for the next request.
   */
  @Override
  @SuppressWarnings("unchecked")
  Runnable outliveConnection(HttpServletRequest request, HttpServletResponse response) {
    Object connected = call(connection, exchange(request));
    if (!serverConnection.isInstance(connected)) {
      return () -> {}; // a stream of HTTP/2, of which only the I/O thread hears that it is reset
    }
    try {
      Object wire = Objects.requireNonNull(call(channel, connected));
      Object listener = Objects.requireNonNull(closeSetter.get(connected));
      var listening = (AtomicReference<Object>) Objects.requireNonNull(closeListener.get(wire));
      boolean held = listening.compareAndSet(listener, noListener);
      breakOwedBody(request, Objects.requireNonNull(call(source, wire)));
      // Which may have been about to close it: that is over then.
      onIoThread(request, response, () -> endReading(request));
      return () -> {
        if (held && !listening.compareAndSet(noListener, listener)) {
          onIoThread(request, response, () -> call(tell, null, wire, listener));
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A reader that waits for its client may be woken by that at any moment. What it reads then is
   * not for it, and what it gives back would be taken from under whoever looks for the next request
   * behind it, which each answer does. So before it is looked whether one waits: who is seen to do
   * that reads from here on what is broken. Readers with a listener are ended otherwise.
   */
  private void breakOwedBody(HttpServletRequest request, Object body)
      throws ReflectiveOperationException {
    if (inputOfListener(request) == null && waitsForOwedBody(request)) {
      call(
          setConduit,
          body,
          newBrokenConduit.newInstance(
              call(conduit, body), new IOException("The deadline passed")));
    }
  }

  /** It reads the rest of the body before the request ends, on a thread that waits for it. */
  @Override
  boolean waitsForOwedBody(HttpServletRequest request) {
    return Boolean.FALSE.equals(call(isRequestComplete, exchange(request)));
  }

  /**
   * Over HTTP/2 its I/O thread takes what still comes, once the servlet's side of the body is
   * closed. A reset of the stream would end the whole connection when the client, who has not seen
   * it yet, sends more, and would not give its window back for what has come.
   */
  @Override
  void dropOwedBody(
      HttpServletRequest request, HttpServletResponse response, boolean endsByCompletion) {
    if (waitsForOwedBody(request)) {
      onIoThread(request, response, () -> dropOwed(request, response, endsByCompletion));
    }
  }

  /**
   * An I/O thread that works for a listener, and is not inside it, may be about to read into a
   * buffer, or to write one, that {@code action} gives back. So it does that itself, unless it does
   * not come to that because an application keeps it.
   */
  private void onIoThread(
      HttpServletRequest request, HttpServletResponse response, Runnable action) {
    Object thread = isListenedTo(request, response) ? call(ioThread, exchange(request)) : null;
    if (!(thread instanceof Executor executor) || thread == Thread.currentThread()) {
      action.run();
      return;
    }
    var done = new AtomicBoolean();
    Runnable there =
        () -> {
          try {
            action.run();
          } finally {
            done.set(true);
          }
        };
    try {
      executor.execute(there);
      await(done::get, IO_THREAD_COMES);
    } catch (RuntimeException stopped) {
      action.run();
    }
  }

  /**
   * For its listener. What is still to be read is dropped, at the end, by {@link #dropOwedBody}.
   */
  private void endReading(HttpServletRequest request) {
    try {
      Object input = inputOfListener(request);
      if (input != null) {
        setFlags(input, inputFinished);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null if no listener reads it. */
  private @Nullable Object inputOfListener(HttpServletRequest request)
      throws IllegalAccessException {
    Object input = servletInput.get(request);
    return input == null || inputListener.get(input) == null ? null : input;
  }

  /** As Undertow does it, whose I/O thread may set others. */
  private void setFlags(Object input, int flags) {
    inputFlags.accumulateAndGet(input, flags, (set, more) -> set | more);
  }

  private boolean isListenedTo(HttpServletRequest request, HttpServletResponse response) {
    try {
      Object input = inputOfListener(request);
      Object output = servletOutput.get(response);
      boolean reads = input != null;
      boolean writes = output != null && outputListener.get(output) != null;
      boolean inside =
          (reads && (inputState.getInt(input) & inputCallsBack) != 0)
              || (writes && (outputState.getInt(output) & outputCallsBack) != 0);
      return (reads || writes) && !inside;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private void dropOwed(
      HttpServletRequest request, HttpServletResponse response, boolean endsByCompletion) {
    Object connected = call(connection, exchange(request));
    if (connected == null || !http2.isStream(connected)) {
      abort(request, response, () -> false);
      return;
    }
    try {
      closeInput(request);
      if (endsByCompletion) { // else the end of the exchange does it
        // Behind the task that starts a non-blocking reader. That one finds the servlet's side
        // closed and ends all reading, and what nobody takes then fills the connection's buffers.
        Runnable drain = () -> http2.drain(connected);
        call(addAsyncTask, request.getAsyncContext(), drain);
      }
    } catch (IOException | ReflectiveOperationException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "A thread of the container waits for a body", e);
    }
  }

  /** As its close(), without reading to the end. */
  private void closeInput(HttpServletRequest request)
      throws IOException, ReflectiveOperationException {
    Object input = servletInput.get(request);
    if (input == null) {
      input = request.getInputStream();
    }
    setFlags(input, inputEnded);
    if (inputBuffer.get(input) instanceof Closeable buffer) {
      inputBuffer.set(input, null);
      buffer.close();
    }
  }

  /** Its cookies are not among its headers before the response begins. */
  @Override
  Object cookies(HttpServletResponse response) {
    List<Object> cookies = new ArrayList<>(0);
    Object all = call(responseCookies, call(responseExchange, response));
    ((Iterable<?>) Objects.requireNonNull(all)).forEach(cookies::add);
    return cookies;
  }

  /** Its reset() leaves the cookies, and what it knows of the content beside the headers. */
  @Override
  void afterReset(HttpServletResponse response, @Nullable Object cookies) {
    Object exchange = call(responseExchange, response);
    ((Map<?, ?>) Objects.requireNonNull(call(responseCookieMap, exchange))).clear();
    if (cookies instanceof List<?> list) {
      list.forEach(cookie -> call(setResponseCookie, exchange, cookie));
    }
    try {
      contentType.set(response, null); // which setContentType(null) does not do
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    response.setCharacterEncoding(null);
    response.setContentLengthLong(-1);
  }

  /** A session that begins or ends sets its cookie in the exchange that its thread is bound to. */
  @Override
  void sealCookies(HttpServletResponse response, @Nullable Object cookies) {
    try {
      cookieSet.set(
          call(responseExchange, response),
          newCookieSet.newInstance(
              new SealedCookies(cookies instanceof List<?> list ? list : List.of())));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes nothing in and gives nothing up, without saying so. */
  private static final class SealedCookies extends AbstractSet<Object> {
    private final List<?> cookies;

    SealedCookies(List<?> cookies) {
      this.cookies = List.copyOf(cookies);
    }

    @Override
    public Iterator<Object> iterator() {
      return List.<Object>copyOf(cookies).iterator();
    }

    @Override
    public int size() {
      return cookies.size();
    }

    @Override
    public boolean add(Object cookie) {
      return false;
    }

    @Override
    public boolean remove(@Nullable Object cookie) {
      return false;
    }

    @Override
    public void clear() {}
  }

  private @Nullable Object exchange(HttpServletRequest request) {
    return call(requestExchange, request);
  }

  private @Nullable Object context(HttpServletRequest request) {
    return call(attachment, exchange(request), contextKey);
  }
}
