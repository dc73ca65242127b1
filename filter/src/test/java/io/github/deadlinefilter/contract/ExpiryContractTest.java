package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client gets at the deadline. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class ExpiryContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void inTime_isAnsweredByTheApplication() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(5)).build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    try (TestContainer container = setup.container().start(app);
        RawClient client = RawClient.connect(container.port())) {
      for (int i = 0; i < 3; i++) {
        Response response = client.get("/hi").read();
        assertEquals(200, response.status());
        assertEquals("hi", response.text());
      }
    }
  }

  @Test
  void lateAndInterruptible_isAnsweredClean() throws Exception {
    var app =
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .deadline(Duration.ofMillis(200))
                    .set("status", "504")
                    .set("grace", "2s")
                    .build())
            .servlet("/slow", (request, response) -> new Gate("never").await())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
    try (TestContainer container = setup.container().start(app);
        RawClient client = RawClient.connect(container.port())) {
      Response response = client.get("/slow").read();
      assertEquals(504, response.status());
      assertTrue(response.complete());
      assertTrue(response.endNanos() >= 200_000_000);
      assertEquals("hi", client.get("/hi").read().text());
    }
  }

  @Test
  void lateAndDeaf_isAnsweredDirect() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(Duration.ofMillis(200)).build())
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    response.setHeader("X-App", "1");
                    response.getWriter().print("x");
                    deaf.hold();
                    response.getWriter().print("y");
                  });
      try (TestContainer container = setup.container().start(app);
          RawClient client = RawClient.connect(container.port())) {
        Response response = client.get("/deaf").read();
        assertEquals(503, response.status());
        assertTrue(response.complete());
        assertEquals(null, response.header("X-App"));
        deaf.release();
        deaf.awaitLeft();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }

  @Test
  void committedThenStalled_isCut() throws Exception {
    try (Deaf deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(Duration.ofMillis(200)).build())
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    response.getWriter().print("x");
                    response.flushBuffer();
                    deaf.hold();
                    response.getWriter().print("y");
                  });
      try (TestContainer container = setup.container().start(app);
          RawClient client = RawClient.connect(container.port())) {
        Response response = client.get("/deaf").read();
        assertEquals(200, response.status());
        assertTrue(response.cut());
        deaf.release();
        deaf.awaitLeft();
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
  }
}
