package io.github.deadlinefilter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An asynchronous request of a container, which can tell who has registered a listener for its
 * body. Thread-safe.
 */
final class ListenedRequest {
  private final List<Thread> registrars = new CopyOnWriteArrayList<>();

  private final ServletInputStream input =
      new RecordingStreams.Input(
          (name, result, arguments) -> {
            if (name.equals("setReadListener")) {
              registrars.add(Thread.currentThread());
            }
            return result;
          });

  private final HttpServletRequest request =
      (HttpServletRequest)
          Proxy.newProxyInstance(
              HttpServletRequest.class.getClassLoader(),
              new Class<?>[] {HttpServletRequest.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "isAsyncStarted" -> true;
                    case "startAsync" -> BareServlet.empty(AsyncContext.class);
                    case "getInputStream" -> input;
                    default -> BareServlet.nothing(method);
                  });

  /** The container's own. */
  HttpServletRequest request() {
    return request;
  }

  /**
   * Sets a listener as the guard of the body does that {@code run} has given to the application.
   */
  void listen(RequestRun run) {
    run.async().ioListeners().setRead(input, BareServlet.empty(ReadListener.class));
  }

  /** The threads that the container has been given a listener on. */
  List<Thread> registrars() {
    return registrars;
  }
}
