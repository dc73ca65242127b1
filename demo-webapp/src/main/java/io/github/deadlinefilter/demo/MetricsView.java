package io.github.deadlinefilter.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The figures of {@link PrometheusListener} in Prometheus's text format, for whom {@link
 * MetricsAccess} lets in; the others get a sentence that says why.
 *
 * <p>To be mapped to a path that has {@code = none} in {@code routes}: it is to answer where no
 * worker is free.
 */
public final class MetricsView extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final String FIGURES = "text/plain; version=0.0.4; charset=utf-8";
  private static final String SENTENCE = "text/plain; charset=utf-8";

  private final transient MetricsAccess access = MetricsAccess.ofThisProcess();

  /** Called by the container. */
  public MetricsView() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    MetricsAccess.Refusal refusal = access.refusal(request);
    if (refusal == null) {
      String figures = PrometheusListener.registry(getServletContext()).scrape();
      send(response, HttpServletResponse.SC_OK, FIGURES, figures);
      return;
    }
    if (refusal.status() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.setHeader("WWW-Authenticate", "Bearer realm=\"metrics\"");
    }
    send(response, refusal.status(), SENTENCE, refusal.why() + "\n");
  }

  private static void send(HttpServletResponse response, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    response.setStatus(status);
    response.setContentType(type);
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
