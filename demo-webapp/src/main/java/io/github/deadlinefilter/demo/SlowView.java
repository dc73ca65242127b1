package io.github.deadlinefilter.demo;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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
    } catch (BadParameter e) {
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    try {
      answer(response, delay, new Begin(System.nanoTime(), AppliedLimit.now()));
    } catch (BackendFailure e) {
      log(e.forTheLog());
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_GATEWAY, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new ServletException(getServletName() + " was told to stop", e);
    }
  }

  /** The work first, then the whole answer. */
  void answer(HttpServletResponse response, Delay delay, Begin begin)
      throws IOException, BackendFailure, InterruptedException {
    work(delay);
    completed(begin).send(response);
  }

  final ViewReply completed(Begin begin) {
    return new ViewReply(
        /* completed= */ true,
        System.nanoTime() - begin.nanos(),
        begin.timeout(),
        getServletName(),
        slow());
  }

  /** When a view began, on the clock of {@link System#nanoTime}, and under which limit. */
  record Begin(long nanos, @Nullable String timeout) {}
}
