package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.Deadline;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;

/** The servlet of a {@link War}: loaded there by name, so it knows no other class of the tests. */
public final class WarServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  /** The attribute with what {@code /late} does: a {@code Runnable}. */
  static final String WORK = "work";

  /** The attribute with what {@code /name} answers. */
  static final String NAME = "name";

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    switch (request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "")) {
      case "/late" -> {
        Deadline.current().onExpire(() -> getServletContext().log("told to stop"));
        ((Runnable) getServletContext().getAttribute(WORK)).run();
      }
      // Nobody completes it: its deadline is for the filter's timer.
      case "/async" -> request.startAsync();
      default -> response.getOutputStream().print((String) getServletContext().getAttribute(NAME));
    }
  }
}
