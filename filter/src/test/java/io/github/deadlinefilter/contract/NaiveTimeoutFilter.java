package io.github.deadlinefilter.contract;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The timeout filter that the web recommends, and that must not be used: it lets the container take
 * back the request and the response while the chain still holds them. {@link CrossTalk} shows what
 * comes of it.
 */
final class NaiveTimeoutFilter implements Filter {
  private final Duration timeout;
  private final ExecutorService workers =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "naive worker");
            thread.setDaemon(true);
            return thread;
          });

  NaiveTimeoutFilter(Duration timeout) {
    this.timeout = timeout;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Future<?> work =
        workers.submit(
            () -> {
              chain.doFilter(request, response);
              return null;
            });
    try {
      work.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      work.cancel(/* mayInterruptIfRunning= */ true);
      ((HttpServletResponse) response).sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    } catch (ExecutionException failed) {
      throw new ServletException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new ServletException(stopped);
    }
  }

  @Override
  public void destroy() {
    workers.shutdownNow();
  }
}
