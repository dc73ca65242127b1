package io.github.deadlinefilter.demo;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Notes when a thread begins with a request that the page has fired, and when it is through with
 * it: behind the deadline's filter, for there it is the worker's thread.
 */
public final class WorkerWatch extends HttpFilter {
  private static final long serialVersionUID = 1L;

  /** Called by the container. */
  public WorkerWatch() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    FiredRequest fired = FiredRequests.of(getServletContext()).find(RunName.of(request));
    if (fired == null) {
      chain.doFilter(request, response);
      return;
    }
    fired.began(AppliedLimit.now());
    try {
      chain.doFilter(request, response);
    } finally {
      fired.left();
    }
  }
}
