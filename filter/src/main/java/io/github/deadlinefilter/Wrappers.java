package io.github.deadlinefilter;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** Walks down through the wrappers that filters and containers put around their objects. */
final class Wrappers {
  private Wrappers() {}

  /** The container's own request. */
  static HttpServletRequest innermost(ServletRequest request) {
    ServletRequest below = request;
    while (below instanceof ServletRequestWrapper wrapper) {
      below = wrapper.getRequest();
    }
    return (HttpServletRequest) below;
  }

  /** The container's own response. */
  static HttpServletResponse innermost(ServletResponse response) {
    ServletResponse below = response;
    while (below instanceof ServletResponseWrapper wrapper) {
      below = wrapper.getResponse();
    }
    return (HttpServletResponse) below;
  }

  /** The outermost guard in {@code request}, null if there is none. */
  static @Nullable GuardedRequest guard(ServletRequest request) {
    ServletRequest below = request;
    while (below instanceof ServletRequestWrapper wrapper) {
      if (below instanceof GuardedRequest guard) {
        return guard;
      }
      below = wrapper.getRequest();
    }
    return null;
  }

  /** The outermost guard in {@code response}, null if there is none. */
  static @Nullable GuardedResponse guard(ServletResponse response) {
    ServletResponse below = response;
    while (below instanceof ServletResponseWrapper wrapper) {
      if (below instanceof GuardedResponse guard) {
        return guard;
      }
      below = wrapper.getResponse();
    }
    return null;
  }

  /** What a guard guards, and anything else unchanged, with the guards that it may hold. */
  static ServletRequest unguarded(ServletRequest request) {
    return request instanceof GuardedRequest guard ? guard.getRequest() : request;
  }

  /** As {@link #unguarded(ServletRequest)}. */
  static ServletResponse unguarded(ServletResponse response) {
    return response instanceof GuardedResponse guard ? guard.outer() : response;
  }
}
