package io.github.deadlinefilter.springboot;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says when the thread of a request is out of Spring Security. That writes its headers on the way
 * out, and another thread that begins the response meanwhile begins it without some of them, with
 * the filter and without it (spring-security issue 15510): what such a thread writes has to wait
 * before it can be compared.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
final class LeftSecurity implements Filter {
  private static final String LEFT = LeftSecurity.class.getName();

  /** Opens when the thread of this request is out. */
  static CountDownLatch of(HttpServletRequest request) {
    return (CountDownLatch) request.getAttribute(LEFT);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var left = new CountDownLatch(1);
    request.setAttribute(LEFT, left);
    try {
      chain.doFilter(request, response);
    } finally {
      left.countDown();
    }
  }
}
