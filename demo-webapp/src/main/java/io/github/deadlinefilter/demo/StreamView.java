package io.github.deadlinefilter.demo;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Sends the head and the first part of its answer, stalls, and only then sends the rest. When the
 * deadline comes in the stall the status is on the wire already: all that is left is to cut the
 * connection, so that no client takes the part for the whole.
 */
public final class StreamView extends SlowView {
  private static final long serialVersionUID = 1L;

  @Override
  String slow() {
    return "stream";
  }

  @Override
  void answer(HttpServletResponse response, Delay delay, Begin begin)
      throws IOException, InterruptedException {
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    ServletOutputStream out = response.getOutputStream();
    out.print("{\"completed\": ");
    out.flush();
    work(delay);
    out.print("true, " + completed(begin).afterCompleted());
  }

  @Override
  void work(Delay delay) throws InterruptedException {
    Thread.sleep(delay.duration().toMillis());
  }
}
