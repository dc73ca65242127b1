package io.github.deadlinefilter;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;

/**
 * Forwards and includes with a guard of its own for the target, so that the wrappers that a
 * container leaves below a guard after a forward that went asynchronous do not show in the
 * caller's.
 *
 * <p>The target runs inside the worker, so a dispatch is not counted as a call to the container. It
 * does not begin once the fence is closed.
 */
final class GuardedDispatcher implements RequestDispatcher {
  private final GuardedRequest caller;
  private final RequestDispatcher real;

  GuardedDispatcher(GuardedRequest caller, RequestDispatcher real) {
    this.caller = caller;
    this.real = real;
  }

  @Override
  public void forward(ServletRequest request, ServletResponse response)
      throws ServletException, IOException {
    real.forward(forTarget(request), response);
  }

  @Override
  public void include(ServletRequest request, ServletResponse response)
      throws ServletException, IOException {
    real.include(forTarget(request), response);
  }

  private ServletRequest forTarget(ServletRequest request) {
    if (request == caller) {
      return new GuardedRequest(caller.run, (HttpServletRequest) caller.getRequest());
    }
    if (caller.run.phase() > RunState.ENDING) {
      throw caller.run.over();
    }
    return request;
  }
}
