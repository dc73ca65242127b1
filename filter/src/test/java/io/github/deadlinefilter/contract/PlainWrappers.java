package io.github.deadlinefilter.contract;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/**
 * A filter that wraps the request and the response and does nothing else. A container may answer
 * otherwise through it than without it, and then through any filter that wraps:
 *
 * <ul>
 *   <li>Undertow gives what has been forwarded no Content-Length.
 *   <li>Jetty's {@code authenticate} writes its answer as an application would, into a buffer that
 *       has not left when it returns.
 *   <li>Jetty gives many ranges of a file, if they are small, a Content-Length.
 * </ul>
 */
final class PlainWrappers {
  private PlainWrappers() {}

  static void inFront(Application app) {
    Filter filter =
        (request, response, chain) ->
            chain.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request),
                new HttpServletResponseWrapper((HttpServletResponse) response));
    app.filter("/*", filter);
  }
}
