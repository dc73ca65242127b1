package io.github.deadlinefilter;

import io.github.deadlinefilter.FencedRun.ContainerCall;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a container needs beyond the specification, so that an expiry is exact. This class is the
 * portable answer: it uses the specification alone. All requests and responses given to it are the
 * container's own, below every wrapper.
 *
 * <p>Means are looked up once, at deployment, because a first reflective look-up costs milliseconds
 * that an expiry does not have. Thread-safe; called by whoever answers an expiry, while a worker
 * may be inside.
 */
class ContainerQuirks {
  private static final Set<String> CLIENT_GONE =
      Set.of(
          "org.apache.catalina.connector.ClientAbortException",
          "org.apache.coyote.CloseNowException",
          "org.eclipse.jetty.io.EofException");

  /** What Tomcat and Undertow tell of a connection or a stream that has been reset. */
  private static final Set<Class<?>> PLAIN =
      Set.of(IOException.class, EOFException.class, SocketException.class);

  private static final List<String> BELOW = List.of("java.", "jdk.", "sun.", "org.xnio.");

  private static final List<String> CONNECTIONS =
      List.of(
          "org.apache.coyote.",
          "org.apache.tomcat.util.net.",
          "io.undertow.conduits.",
          "io.undertow.protocols.",
          "io.undertow.server.");

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private static final long POLL = TimeUnit.MICROSECONDS.toNanos(200);

  static ContainerQuirks of(ServletContext context) {
    Class<?> type = context.getClass();
    return of(type.getName(), type.getClassLoader(), context.getServerInfo());
  }

  /** For the container whose ServletContext is of the class {@code name} of {@code loader}. */
  static ContainerQuirks of(String name, @Nullable ClassLoader loader, String serverInfo) {
    try {
      if (loader == null) {
        return unknown(serverInfo);
      } else if (name.startsWith("org.eclipse.jetty.")) {
        return new JettyQuirks(name, loader);
      } else if (name.startsWith("org.apache.catalina.")) {
        return new TomcatQuirks(loader);
      } else if (name.startsWith("io.undertow.")) {
        return new UndertowQuirks(loader);
      }
      return unknown(serverInfo);
    } catch (ReflectiveOperationException | RuntimeException e) {
      boolean undertow = name.startsWith("io.undertow.");
      LOG.log(
          System.Logger.Level.WARNING,
          "Cannot reach the inside of "
              + serverInfo
              + ": a response that has begun is cut only when its worker leaves"
              + (undertow ? ", and worker=container is used, because forwards need it" : ""),
          e);
      return undertow ? new OnContainerThread() : new ContainerQuirks();
    }
  }

  private static ContainerQuirks unknown(String serverInfo) {
    LOG.log(
        System.Logger.Level.INFO,
        "Unknown container {0}: running by the specification alone",
        serverInfo);
    return new ContainerQuirks();
  }

  /** A container that keeps in thread locals for whom a thread works, and does not let us. */
  private static final class OnContainerThread extends ContainerQuirks {
    @Override
    boolean needsContainerThread() {
      return true;
    }
  }

  /** Whether the application works on the container's own thread alone. */
  boolean needsContainerThread() {
    return false;
  }

  /** What the container's threads come from that run such requests; null if nobody knows. */
  @Nullable Executor executor(HttpServletRequest request) {
    return null;
  }

  /** Whether the head of the response has left, so that no other response can be given. */
  boolean isOnWire(HttpServletResponse response) {
    return response.isCommitted();
  }

  /** Takes back what makes a container ignore a new response although nothing is on the wire. */
  void makeWritable(HttpServletResponse response) {}

  /** To set the head of the response with, whatever its worker is doing. */
  HttpServletResponse head(HttpServletResponse response) {
    return response;
  }

  /** Ends the answer, whatever its worker is doing. */
  void close(HttpServletResponse response, ServletOutputStream output) throws IOException {
    output.close();
  }

  /** Takes back all that the application has done to a response of which nothing is on the wire. */
  void reset(HttpServletResponse response) {
    response.reset();
  }

  /**
   * Whether {@code error}, with which a container ends a request, says that nobody waits for it.
   */
  boolean isClientGone(@Nullable Throwable error) {
    if (error == null) {
      return false;
    }
    Class<?> type = error.getClass();
    return error instanceof ClosedChannelException
        || CLIENT_GONE.contains(type.getName())
        || (PLAIN.contains(type) && isOfConnection(error));
  }

  /** Thrown where the container moves the bytes of a client: a backend's looks the same else. */
  private static boolean isOfConnection(Throwable error) {
    for (StackTraceElement frame : error.getStackTrace()) {
      String type = frame.getClassName();
      if (BELOW.stream().noneMatch(type::startsWith)) {
        return CONNECTIONS.stream().anyMatch(type::startsWith);
      }
    }
    return false;
  }

  /** Whether another answer can be given to a request that the application has upgraded. */
  boolean canRefuseUpgrade() {
    return false;
  }

  /** The cookies of a response, where its headers do not have them. */
  @Nullable Object cookies(HttpServletResponse response) {
    return null;
  }

  /**
   * Takes back what a reset leaves of the application's head.
   *
   * @param cookies what {@link #cookies} gave before the application came
   */
  void afterReset(HttpServletResponse response, @Nullable Object cookies) {}

  /**
   * Nothing that a late worker does is to change the cookies of this response any more, where what
   * it can still reach, a session, does so past the guards.
   *
   * @param cookies what {@link #cookies} gave before the application came
   */
  void sealCookies(HttpServletResponse response, @Nullable Object cookies) {}

  /**
   * Makes {@code request} fit for use by several threads, and for being answered early, where what
   * the container itself does with it past the guards is not. Before anybody is inside.
   */
  void prepare(HttpServletRequest request) {}

  /**
   * Lets the calling thread work for {@code request}, where a container keeps in thread locals for
   * whom a thread works.
   *
   * @return what undoes it, on the same thread
   */
  Runnable bind(HttpServletRequest request) {
    return () -> {};
  }

  /**
   * Calls the container such that what it keeps for itself is nothing of this filter's.
   *
   * @param call of a method of what a guard guards
   */
  <T, E extends Exception> T withoutGuards(HttpServletRequest request, ContainerCall<T, E> call)
      throws E {
    return Objects.requireNonNull(call.call());
  }

  /** Whether output takes bytes now. Blocking output does, as does most that is non-blocking. */
  boolean isReady(ServletOutputStream output) {
    return true;
  }

  /**
   * Whether a thread that waits for its client may do so in native code, where only its stack shows
   * that.
   */
  boolean waitsInNative(HttpServletRequest request) {
    return true;
  }

  /** Whether a thread that waits inside a read of the body hears an interrupt, and harms nobody. */
  boolean mayInterruptRead(HttpServletRequest request) {
    return true;
  }

  /** As {@link #mayInterruptRead}, for a write. One that is cut is woken by that, as a rule. */
  boolean mayInterruptWrite(HttpServletRequest request) {
    return false;
  }

  /**
   * Whether the container, before it is through with an answered request, waits for what its client
   * still owes of the body, and so has to be kept from it by {@link #dropOwedBody}.
   */
  boolean waitsForOwedBody(HttpServletRequest request) {
    return false;
  }

  /** An error is to follow, of which the container or the application makes a page. */
  void beforeError(HttpServletRequest request) {}

  /**
   * The answer is on its way and nobody is inside: no thread is to wait for what the client still
   * owes of the body.
   *
   * @param endsByCompletion the request ends with its asynchronous cycle, and not with the return
   *     of its thread
   */
  void dropOwedBody(
      HttpServletRequest request, HttpServletResponse response, boolean endsByCompletion) {}

  /**
   * That the container's objects are those of one asynchronous request, until the container takes
   * them back. This is one of a container that tells the request's listeners before it does that.
   *
   * <p>Thread-safe.
   */
  static class Tenure {
    /** Whether the objects may be another's by now. */
    boolean isOver() {
      return false;
    }

    /**
     * Calls the container for the request, and as far as possible while none of the container's
     * threads is about to take it back.
     *
     * @return false if it is over, and nothing has been called
     */
    boolean call(Runnable call) {
      call.run();
      return true;
    }

    /**
     * Waits until no container thread is at the request, unless that is in the application's code:
     * of a write that fails on another thread before that, the listeners may not be told.
     *
     * @return whether none is
     */
    boolean settle() {
      return true;
    }

    /** As {@link #call}, for what completes the request, at a moment that suits the container. */
    boolean complete(Runnable completion) {
      return call(completion);
    }
  }

  static final Tenure TOLD = new Tenure();

  /** That of a request which has just become asynchronous. */
  Tenure tenure(HttpServletRequest request) {
    return TOLD;
  }

  /**
   * The container thread is about to return while a worker is inside its filter chain.
   *
   * @return false if it must not, because the worker would leave something in the chain of others
   */
  boolean leaveChain(HttpServletRequest request) {
    return true;
  }

  /** Makes startAsync possible in spite of a servlet or filter that is not marked for it. */
  boolean forceAsync(HttpServletRequest request) {
    return false;
  }

  /**
   * Cuts a response that has begun, now, so that no client takes it for whole: closes the
   * connection of HTTP/1.x, resets the stream of HTTP/2. Must not give the request back to the
   * container: its worker may be inside. Wakes a writer that is blocked on its client.
   *
   * @param isWriting whether anybody is inside a write now, or non-blocking output {@link
   *     #sendsOn}; nobody enters one any more
   * @return false if that is not possible here
   */
  boolean abort(
      HttpServletRequest request, HttpServletResponse response, BooleanSupplier isWriting) {
    return false;
  }

  /**
   * Keeps the end of the connection, which may come at any moment and on whose thread it is noticed
   * first, from ending the request: whoever else is inside, or writes the answer, goes on using
   * what that gives back. Before the request is cut, or answered while anybody is inside.
   *
   * @return what lets the connection end the request again, and ends it if it is due. Called once,
   *     when nobody is inside
   */
  Runnable outliveConnection(HttpServletRequest request, HttpServletResponse response) {
    return () -> {};
  }

  /** The whole answer has been written: no error that anybody inside still meets may touch it. */
  void afterAnswer(HttpServletResponse response) {}

  /**
   * Drops what the container would still send of a response that was cut, before the request is
   * completed. Nobody is inside.
   */
  void dropUnsent(HttpServletRequest request) {}

  /**
   * Whether non-blocking output still sends from a buffer which the end of the request would give
   * to another. Its listener hears when that is out, though not during a pass.
   */
  boolean sendsOn(HttpServletRequest request, HttpServletResponse response) {
    return false;
  }

  /** Whether the answer has to be on its way before asynchronous processing is started. */
  boolean mustAnswerBeforePark() {
    return false;
  }

  /**
   * Whether an answered request cannot be parked, because what is in progress may fail before the
   * container thread has returned, or has failed.
   *
   * @param reading a worker is inside a read of the body
   * @param cut the response had begun, and was cut
   */
  boolean mustHold(HttpServletRequest request, boolean reading, boolean cut) {
    return false;
  }

  /**
   * Whether what the container takes back from now on serves nobody else, for it is stopping, and
   * would not come to an end while a request is held.
   */
  boolean isStopping(HttpServletRequest request) {
    return false;
  }

  /** Ends the wait of a blocking reader for the client's bytes, which will not come any more. */
  void endInput(HttpServletRequest request) {}

  /**
   * Waits for {@code condition}, for {@code nanos} at most, and looks ever again. An interrupt does
   * not end the wait and is still pending afterwards.
   *
   * @return whether it holds
   */
  static boolean await(BooleanSupplier condition, long nanos) {
    long start = System.nanoTime();
    boolean interrupted = false;
    boolean holds = condition.getAsBoolean();
    while (!holds && System.nanoTime() - start < nanos) {
      LockSupport.parkNanos(POLL);
      interrupted |= Thread.interrupted(); // a thread that is interrupted does not pause
      holds = condition.getAsBoolean();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return holds;
  }

  /**
   * Calls what is public, so that only what it throws itself can go wrong.
   *
   * @throws IllegalStateException if it does
   */
  static @Nullable Object call(
      Method method, @Nullable Object target, @Nullable Object... arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method + " failed", e);
    }
  }

  /** A field of {@code type} or of what it extends, accessible. */
  static Field field(Class<?> type, String name) throws NoSuchFieldException {
    Class<?> declaring = type;
    while (true) {
      try {
        Field field = declaring.getDeclaredField(name);
        field.setAccessible(true);
        return field;
      } catch (NoSuchFieldException e) {
        declaring = declaring.getSuperclass();
        if (declaring == null) {
          throw e;
        }
      }
    }
  }

  static boolean isHttp1(HttpServletRequest request) {
    return request.getProtocol().startsWith("HTTP/1");
  }
}
