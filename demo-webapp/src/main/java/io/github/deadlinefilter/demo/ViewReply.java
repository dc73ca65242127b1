package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a view that came to its end says.
 *
 * @param completed whether the slow work was done
 * @param nanos how long it took
 * @param timeout the limit in seconds that applies to this request, null if there is none
 * @param name the view
 * @param slow what was slow
 */
record ViewReply(
    boolean completed, long nanos, @Nullable String timeout, String name, String slow) {

  String json() {
    return "{\"completed\": %s, %s".formatted(completed, afterCompleted());
  }

  /** The fields behind {@code completed}, and the end of the object. */
  String afterCompleted() {
    return "\"time\": %s, \"timeout\": %s, \"name\": %s, \"slow\": %s}\n"
        .formatted(Json.seconds(nanos), timeout, Json.quoted(name), Json.quoted(slow));
  }

  void send(HttpServletResponse response) throws IOException {
    sendJson(response, HttpServletResponse.SC_OK, json());
  }

  static void sendError(HttpServletResponse response, int status, String error) throws IOException {
    sendJson(response, status, "{\"completed\": false, \"error\": " + Json.quoted(error) + "}\n");
  }

  static void sendJson(HttpServletResponse response, int status, String json) throws IOException {
    response.setStatus(status);
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(json.length()); // Json leaves nothing but ASCII
    response.getOutputStream().print(json);
  }
}
