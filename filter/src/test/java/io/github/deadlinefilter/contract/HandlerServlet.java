package io.github.deadlinefilter.contract;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An {@link Application.Handler} as a servlet. Thread-safe if the handler is. */
final class HandlerServlet implements Servlet {
  private final Application.Handler handler;
  private @Nullable ServletConfig config;

  HandlerServlet(Application.Handler handler) {
    this.handler = handler;
  }

  @Override
  public void service(ServletRequest request, ServletResponse response)
      throws ServletException, IOException {
    try {
      handler.handle((HttpServletRequest) request, (HttpServletResponse) response);
    } catch (ServletException | IOException | RuntimeException passes) {
      throw passes;
    } catch (Exception other) {
      throw new ServletException(other);
    }
  }

  @Override
  public void init(ServletConfig given) {
    config = given;
  }

  @Override
  public @Nullable ServletConfig getServletConfig() {
    return config;
  }

  @Override
  public String getServletInfo() {
    return "a test's handler";
  }

  @Override
  public void destroy() {}
}
