package io.github.deadlinefilter.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a client has from Java 21 on. Looked up each time, for it is called once. */
final class Closing {
  private final HttpClient client;

  Closing(HttpClient client) {
    this.client = client;
  }

  void shutdown() {
    callUninterrupted("shutdown");
  }

  void shutdownNow() {
    callUninterrupted("shutdownNow");
  }

  void close() {
    callUninterrupted("close");
  }

  boolean isTerminated() {
    return Boolean.TRUE.equals(callUninterrupted("isTerminated"));
  }

  boolean awaitTermination(Duration most) throws InterruptedException {
    return Boolean.TRUE.equals(call(method("awaitTermination", Duration.class), most));
  }

  private @Nullable Object callUninterrupted(String name) {
    try {
      return call(method(name));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // none of these throws it
      return null;
    }
  }

  /** Null in Java 17 to 20. */
  private static @Nullable Method method(String name, Class<?>... parameters) {
    try {
      return HttpClient.class.getMethod(name, parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private @Nullable Object call(@Nullable Method method, Object... arguments)
      throws InterruptedException {
    if (method == null) {
      return null;
    }
    try {
      return method.invoke(client, arguments);
    } catch (IllegalAccessException e) {
      throw new LinkageError("a public method of a public class", e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof InterruptedException interrupted) {
        throw interrupted;
      } else if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      } else if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    }
  }
}
