package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The page for operators is fed live, by a stream that costs nobody a thread. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class BoardStreamContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void events_comeEachSecond_holdNoThread_andEndWithTheApplication() throws Exception {
    try (var deaf = new Deaf()) {
      TestContainer container = Board.start(setup, deaf);
      boolean closed = false;
      try (var stream = new EventStream(container.port(), "/board/events")) {
        assertTrue(stream.head().startsWith("HTTP/1.1 200 "), stream.head());
        assertTrue(stream.head().contains("text/event-stream"), stream.head());
        assertTrue(stream.next().startsWith("{\"now\":"), "the first");
        assertTrue(stream.next().startsWith("{\"now\":"), "the second");
        Gate.eventually(() -> container.busyThreads() == 0, "no thread is held");
        assertEquals(1, threads());
        assertTrue(stream.next().startsWith("{\"now\":"), "the third");
        closed = true;
        container.close();
        stream.awaitEnd();
      } finally {
        if (!closed) {
          container.close();
        }
      }
      assertEquals(0, threads(), "they have ended with the application");
      assertEquals(List.of(), FilterLog.starting(container, FilterLog.EXPIRED));
    }
  }

  /** Before its requests are ended as if they were late: nobody's was. */
  @Test
  void streams_areWhole_whenTheFilterIsDestroyed() throws Exception {
    try (var deaf = new Deaf()) {
      Application app = Board.application(setup, deaf, "enforce");
      try (TestContainer container = setup.start(app);
          var stream = new EventStream(container.port(), "/board/events")) {
        stream.next();
        stream.next(); // so the worker of the request has left
        app.filters.get(0).filter.destroy();
        assertTrue(stream.awaitEnd(), "it ends as it should");
        assertEquals(0, threads());
        assertEquals(503, RawClient.ask(container, "/board/events").status());
        assertEquals(List.of(), FilterLog.starting(container, FilterLog.EXPIRED));
      }
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("deadline-board"))
        .count();
  }

  @Test
  void viewers_areNoMoreThanTwenty_andWhoHasGoneIsNone() throws Exception {
    List<EventStream> all = new ArrayList<>();
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf)) {
      for (int i = 0; i < 20; i++) {
        var stream = new EventStream(container.port(), "/board/events");
        all.add(stream);
        assertTrue(stream.head().startsWith("HTTP/1.1 200 "), stream.head());
        stream.next();
      }
      Response refused = RawClient.ask(container, "/board/events");
      assertEquals(503, refused.status());
      assertEquals("5", refused.header("Retry-After"));
      assertTrue(
          Board.data(container).startsWith("{\"now\":"), "which is what the page asks for then");
      all.remove(0).close();
      Gate.eventually(
          () -> {
            var again = new EventStream(container.port(), "/board/events");
            all.add(again);
            return again.head().startsWith("HTTP/1.1 200 ");
          },
          "a place for one more");
      for (EventStream stream : all) {
        stream.close();
      }
      Gate.eventually(() -> threads() == 0, "nobody looks any more");
    } finally {
      for (EventStream stream : all) {
        stream.close();
      }
    }
  }

  @Test
  void servletWithoutAsyncSupport_saysSo() throws Exception {
    var app = Board.application(setup, new Deaf(), "enforce");
    app.servlets.forEach(entry -> entry.asyncSupported = false);
    try (TestContainer container = setup.start(app)) {
      Response refused = RawClient.ask(container, "/board/events");
      assertEquals(501, refused.status());
      assertTrue(refused.text().contains("async-supported"), refused::text);
    }
  }
}
