package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.apache.catalina.connector.RequestFacade;
import org.apache.coyote.ActionCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What Tomcat does to a request that may be somebody else's by then. */
@ParameterizedClass
@MethodSource("tomcat")
class TomcatContractTest {
  @Parameter Combination setup = new Combination(Containers.TOMCAT, "pool");

  static List<Combination> tomcat() {
    return Combination.of(Containers.TOMCAT);
  }

  /**
   * Trailers over HTTP/2 have Tomcat add the cookies of their request once more, to an object that
   * is another user's if the request has been answered early.
   */
  @Test
  void trailers_doNotBringTheirCookiesOnceMore() throws Exception {
    Gate begun = new Gate("the beginning of the request");
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet(
                "/trailers",
                (request, response) -> {
                  begun.open();
                  request.getInputStream().readAllBytes();
                  String fields = String.join("|", Collections.list(request.getHeaders("Cookie")));
                  String cookies =
                      Arrays.stream(request.getCookies())
                          .map(Cookie::getValue)
                          .collect(Collectors.joining(","));
                  response.getWriter().print(fields.strip() + " is " + cookies);
                });
    try (TestContainer container = setup.start(app, setup.options().with(Wire.H2C));
        RawClient client = RawClient.connect(container)) {
      client.request(
          "POST",
          "/trailers",
          "2\r\nab\r\n",
          "Cookie: a=1",
          "Cookie: b=2",
          "Transfer-Encoding: chunked");
      begun.await();
      client.send("0\r\nX-Check: 7\r\n\r\n");
      assertEquals("a=1; b=2| is 1,2", client.read().text());
    }
  }

  /**
   * A client that resets its stream has Tomcat note an error for the processor of the stream: where
   * the request is just being completed it is told of the error, and of its completion once more.
   */
  @Test
  void resetDuringCompletion_isNotTold() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    Application app =
        new Application()
            .filter(
                "/*",
                (request, response, chain) -> {
                  request.setAttribute("facade", request);
                  chain.doFilter(request, response);
                })
            .filter("/*", setup.filter().deadline(Duration.ofMillis(600)).build())
            .servlet(
                "/late",
                (request, response) -> {
                  Object facade = request.getAttribute("facade");
                  request.startAsync().addListener(new ResetWhileCompleting(facade, notes));
                });
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals(503, client.get("/late").read().status());
      Gate.eventually(() -> notes.contains("complete"), "onComplete");
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals("[timeout, complete]", notes.toString());
    }
  }

  /**
   * Tomcat keeps a chain for the next request, and a worker that moves on in it at the very moment
   * when its container thread returns has the next user begin behind the filters that guard him.
   */
  @Test
  void lateWorker_movesOnInItsChain_theNextUserPassesEachFilter() throws Exception {
    try (Deaf deaf = new Deaf()) {
      Application app =
          new Application()
              .filter("/*", TomcatContractTest::outer)
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(Duration.ofSeconds(30))
                      .route("/alice = 600ms grace=0ms")
                      .build())
              .filter(
                  "/*",
                  (request, response, chain) -> {
                    if (((HttpServletRequest) request).getRequestURI().equals("/alice")) {
                      deaf.hold();
                      moveOn(chain);
                    } else {
                      chain.doFilter(request, response);
                    }
                  })
              .servlet("/bob", (request, response) -> response.getWriter().print("Bob's own"));
      try (TestContainer container = setup.start(app)) {
        try (RawClient alice = RawClient.connect(container)) {
          assertEquals(503, alice.get("/alice").read().status());
          if (setup.freesTheContainerThread()) {
            Gate.eventually(() -> container.busyThreads() == 0, "Alice's thread has returned");
          }
          deaf.release();
          FilterLog.await(container, FilterLog.LEFT, 1);
          Gate.eventually(() -> container.busyThreads() == 0, "Alice's request is over");
        }
        Response bob = RawClient.ask(container, "/bob");
        assertEquals("Bob's own", bob.text());
        assertEquals(List.of("passed"), bob.headers("X-Outer"));
      }
    }
  }

  private static void outer(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ((HttpServletResponse) response).setHeader("X-Outer", "passed");
    chain.doFilter(request, response);
  }

  /** To behind the first filter, as one who has looked whether there is one before it was ended. */
  private static void moveOn(FilterChain chain) {
    try {
      Field position = chain.getClass().getDeclaredField("pos");
      position.setAccessible(true);
      position.setInt(chain, 1);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("ApplicationFilterChain.pos", e);
    }
  }

  /** Does in onComplete what Tomcat's connection does when a reset comes. */
  private static final class ResetWhileCompleting implements AsyncListener {
    private final Object facade;
    private final Queue<String> notes;

    ResetWhileCompleting(Object facade, Queue<String> notes) {
      this.facade = facade;
      this.notes = notes;
    }

    @Override
    public void onComplete(AsyncEvent event) {
      if (!notes.contains("complete")) {
        org.apache.coyote.Request coyote = coyote();
        coyote.setAttribute(RequestDispatcher.ERROR_EXCEPTION, new IOException("a reset"));
        coyote.action(ActionCode.DISPATCH_ERROR, null);
      }
      notes.add("complete");
    }

    private org.apache.coyote.Request coyote() {
      try {
        Field connector = RequestFacade.class.getDeclaredField("request");
        connector.setAccessible(true);
        return ((org.apache.catalina.connector.Request) connector.get(facade)).getCoyoteRequest();
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("RequestFacade.request", e);
      }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      notes.add("timeout");
    }

    @Override
    public void onError(AsyncEvent event) {
      notes.add("error");
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      notes.add("start");
    }
  }
}
