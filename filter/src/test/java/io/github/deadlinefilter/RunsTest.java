package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is in flight, and who can come back. */
class RunsTest {
  private final RequestRun run =
      BareServlet.run((request, response) -> ((GuardedRequest) request).run.asyncStarted());

  private @Nullable RequestRun found() {
    HttpServletRequest comesBack =
        new HttpServletRequestWrapper(run.request) {
          @Override
          public DispatcherType getDispatcherType() {
            return DispatcherType.ASYNC;
          }
        };
    return run.runs().find(comesBack);
  }

  @Test
  void asynchronous_isFound() {
    run.run();
    run.runs().remember(run);
    assertSame(run, found());
    assertTrue(run.toString().endsWith(" phase=async inside=false"), run::toString);
    run.runs().stop(/* nanos= */ 0);
    assertTrue(run.deadline.isExpired(), "told to stop");
  }

  /** The client has gone while a thread of the application was about to dispatch. */
  @Test
  void rememberedAfterItsEnd_nothingIsKept() {
    run.run();
    run.runs().remember(run);
    assertTrue(run.close());
    run.runs().finished(run);
    run.runs().remember(run);
    assertNull(found());
    assertEquals(List.of(), run.runs().stop(/* nanos= */ 0));
  }

  /** As of a filter outside, whose classes are not there. It would be in flight for ever. */
  @Test
  void errorOfTheApplications_failsWithAnError_itHasEndedAllTheSame() {
    HttpServletResponse outer =
        new HttpServletResponseWrapper(run.response) {
          @Override
          public void sendError(int status, String message) {
            throw new LinkageError("on purpose");
          }
        };
    RequestRun failing = BareServlet.run((request, response) -> {});
    failing.enterPass(
        (request, response) -> ((HttpServletResponse) response).sendError(418, "message"),
        failing.guardedRequest,
        failing.guardedResponse,
        outer);
    failing.run();
    assertThrows(LinkageError.class, failing::finishPass);
    assertTrue((failing.know(RequestRun.ENDED) & RequestRun.ENDED) != 0, "it has ended");
  }
}
