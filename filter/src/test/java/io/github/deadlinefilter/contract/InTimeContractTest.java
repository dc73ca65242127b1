package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.RequestDispatcher;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Before its deadline a request cannot tell that there is one. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class InTimeContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void inTime_isAnsweredByTheApplication() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet(
                "/hi",
                (request, response) -> {
                  var writer = response.getWriter();
                  writer.print("hi");
                  writer.flush();
                  writer.print(writer.checkError() ? " failed" : " there");
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      for (int i = 0; i < 3; i++) {
        Response response = client.get("/hi").read();
        assertEquals(200, response.status());
        assertEquals("hi there", response.text());
        assertTrue(response.complete());
        assertFalse(response.announcesClose());
      }
      assertEquals(1, container.connections(), "one connection for all");
      assertEquals(
          List.of(),
          container.log().warnings(),
          () -> ContainerLog.lines(container.log().warnings()));
    }
  }

  @Test
  void exceptionInTime_reachesTheErrorPage_asItself() throws Exception {
    var thrown = new IllegalStateException("broken");
    thrown.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", 7)});
    for (boolean filtered : new boolean[] {false, true}) {
      AtomicReference<Object> seen = new AtomicReference<>();
      var app = new Application();
      if (filtered) {
        app.filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build());
      }
      app.servlet(
              "/throw",
              (request, response) -> {
                response.getWriter().print("thrown away");
                throw thrown;
              })
          .servlet(
              "/broken",
              (request, response) -> {
                seen.set(request.getAttribute(RequestDispatcher.ERROR_EXCEPTION));
                response.getWriter().print("page of " + response.getStatus());
              })
          .errorPage(IllegalStateException.class, "/broken");
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = client.get("/throw").read();
        assertEquals(500, response.status(), response::toString);
        assertEquals("page of 500", response.text());
        assertSame(thrown, seen.get(), "the very same exception");
        assertEquals("a.B", thrown.getStackTrace()[0].getClassName());
        assertEquals(List.of(), FilterLog.warnings(container));
      }
    }
  }

  @Test
  void sendErrorInTime_isTheContainersPage() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet("/gone", (request, response) -> response.sendError(410, "moved out"))
            .servlet("/page", (request, response) -> response.getWriter().print("no longer here"))
            .errorPage(410, "/page");
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      Response response = client.get("/gone").read();
      assertEquals(410, response.status());
      assertEquals("no longer here", response.text());
      assertEquals(List.of(), FilterLog.warnings(container));
    }
  }
}
