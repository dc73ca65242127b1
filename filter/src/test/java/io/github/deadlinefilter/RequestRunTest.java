package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.FilterChain;
import org.junit.jupiter.api.Test;

/** One request under a deadline, over its passes. */
class RequestRunTest {
  private final FilterChain chain = (request, response) -> {};
  private final RequestRun run = BareServlet.run(chain);

  /** The thread that has brought one dispatch back may run the chain of the next. */
  @Test
  void nextPass_onTheThreadOfTheOneBefore_isFenced() {
    run.outside();
    run.enterPass(chain, run.guardedRequest, run.guardedResponse, run.response);
    run.tryExpire(1 << RunState.NEW, /* presence= */ 0);
    assertThrows(
        DeadlineExceededException.class, () -> run.guardedRequest.getParameter("somebody's"));
  }
}
