package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells a load balancer whether to send requests here: 200, or 503 while the filter is stopping or
 * its last resort ({@code recycle}) is reached. A line of text for each {@link DeadlineFilter} of
 * the web application says why.
 *
 * <p>To be mapped in {@code web.xml}, async-supported, to a path that has {@code = none} in {@code
 * routes}: it is to answer where no worker is free. It needs no rights and tells nobody more than
 * how many workers are stuck.
 */
public final class DeadlineHealthServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** For the container. */
  public DeadlineHealthServlet() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    List<String> lines = Health.all(getServletContext()).stream().map(Health::line).toList();
    boolean up = lines.stream().noneMatch(line -> line.startsWith("down"));
    response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("text/plain;charset=utf-8");
    response
        .getWriter()
        .write(
            lines.isEmpty()
                ? "up: no DeadlineFilter is deployed\n"
                : lines.stream().map(line -> line + "\n").collect(Collectors.joining()));
  }
}
