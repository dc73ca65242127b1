package io.github.deadlinefilter.demo;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The ways to stop a slow function, each at a path of its own name: {@code
 * /approaches/thread?slow=db&delay=3&timeout=1}. What happened is told at {@code /approaches/runs}.
 *
 * <p>Late or not, the answer is 200, and says whether the function was completed in time. A
 * parameter that cannot be read is answered with 400, a backend that fails with 502, an approach
 * that this JVM does not have with 501.
 */
public final class ApproachView extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final String RUNS = "runs";

  private final transient Approaches approaches = new Approaches();
  private final transient RunHistory runs = new RunHistory();

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String path = request.getPathInfo();
    String name = path == null ? "" : path.substring(1);
    if (name.equals(RUNS)) {
      ViewReply.sendJson(response, HttpServletResponse.SC_OK, runs.json());
    } else if (!approaches.names().contains(name)) {
      ViewReply.sendError(
          response,
          HttpServletResponse.SC_NOT_FOUND,
          "there is no approach of that name; there are " + String.join(", ", approaches.names()));
    } else {
      tryOut(name, request, response);
    }
  }

  private void tryOut(String name, HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    ApproachQuery query;
    try {
      query = ApproachQuery.of(request);
    } catch (BadParameter e) {
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
      return;
    }
    Approaches.Tried tried = approaches.get(name);
    if (tried == null) {
      ViewReply.sendError(
          response,
          HttpServletResponse.SC_NOT_IMPLEMENTED,
          name + " needs Java 21 or later; this is Java " + Runtime.version().feature());
      return;
    }
    Approach approach = tried.approach();
    String timeout = approach.hasLimit() ? query.timeoutSeconds().toPlainString() : null;
    Run run = runs.begin(name, query, timeout);
    response.setHeader("Run-Id", String.valueOf(run.id()));
    try {
      Runnable whenFree =
          FiredRequests.of(getServletContext()).whenFree(query.delay().run(), run::free);
      var work = new Work(tried.functions().get(query.slow()), query.delay(), whenFree);
      boolean completed = approach.run(work, query.timeout());
      new ViewReply(completed, run.nanos(), timeout, name, query.slow().toString()).send(response);
    } catch (BackendFailure e) {
      log(e.forTheLog());
      ViewReply.sendError(
          response, HttpServletResponse.SC_BAD_GATEWAY, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new ServletException(name + " was told to stop", e);
    } finally {
      run.answered();
    }
  }

  @Override
  public void destroy() {
    approaches.close();
  }
}
