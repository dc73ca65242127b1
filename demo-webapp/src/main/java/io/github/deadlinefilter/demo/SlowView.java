package io.github.deadlinefilter.demo;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A view that blocks its thread for as long as the request asks, as ordinary servlets do.
 *
 * <p>Called on the thread that runs the chain: under the filter that is a worker. It looks at no
 * deadline. A delay that cannot be read is answered with 400, a backend that fails with 502.
 */
abstract class SlowView extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** What is slow in this view: one word for the answer. */
  abstract String slow();

  /** Takes as long as asked, in the way that this view is about. */
  abstract void work(Delay delay) throws BackendFailure, InterruptedException;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    Delay delay;
    try {
      delay = Delay.of(request);
    } catch (Delay.BadDelay e) {
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    long begin = System.nanoTime();
    try {
      answer(request, response, delay, begin);
    } catch (BackendFailure e) {
      log(e.forTheLog());
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_GATEWAY, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new ServletException(getServletName() + " was told to stop", e);
    }
  }

  /** The work first, then the whole answer. */
  void answer(
      HttpServletRequest request, HttpServletResponse response, Delay delay, long beginNanos)
      throws IOException, BackendFailure, InterruptedException {
    work(delay);
    reply(request, beginNanos).send(response);
  }

  final ViewReply reply(HttpServletRequest request, long beginNanos) {
    return new ViewReply(
        /* completed= */ true,
        System.nanoTime() - beginNanos,
        AppliedLimit.of(request),
        getServletName(),
        slow());
  }
}
