package io.github.deadlinefilter.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Nothing of a stream is called any more once the container has been told so. */
class StreamsTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final AtomicReference<AsyncListener> listener = new AtomicReference<>();
  private final Gate writes = new Gate("a write has begun");
  private final Gate written = new Gate("the end of the write");

  private final ServletOutputStream output =
      new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener ignored) {}

        @Override
        public void write(int one) {}

        @Override
        public void write(byte[] bytes, int from, int length) {
          calls.add("write");
          if (Thread.currentThread().getName().startsWith("deadline-board")) {
            writes.open();
            written.awaitDeaf();
          }
        }
      };

  @SuppressWarnings("unchecked")
  private <T> T fake(Class<T> type) {
    return (T)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "startAsync" -> fake(AsyncContext.class);
                  case "addListener" -> {
                    listener.set((AsyncListener) arguments[0]);
                    yield null;
                  }
                  case "complete" -> {
                    calls.add("complete");
                    yield null;
                  }
                  case "getOutputStream" -> output;
                  default -> null;
                });
  }

  @Test
  void clientGoes_whileAnEventIsWritten_theContainerWaitsForIt_andNothingFollows()
      throws Exception {
    var streams = new Streams(new Snapshots(fake(ServletContext.class), null));
    assertTrue(streams.open(fake(HttpServletRequest.class), fake(HttpServletResponse.class)));
    writes.await();
    var told = new Gate("the container has been told");
    var container =
        new Thread(
            () -> {
              try {
                Objects.requireNonNull(listener.get())
                    .onError(new AsyncEvent(fake(AsyncContext.class)));
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
              calls.add("told");
              told.open();
            });
    container.start();
    Gate.eventually(
        () -> container.getState() == Thread.State.WAITING, "it waits for who is inside");
    written.open();
    told.await();
    Gate.eventually(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("deadline-board")),
        "its thread has ended");
    assertEquals(calls.size() - 1, calls.indexOf("told"), calls::toString);
  }
}
