package io.github.deadlinefilter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole answer past a worker that is still inside: nothing of the application in it, the
 * headers of outer filters kept, closed at its end. After the fence is closed and no write is in
 * progress; on the thread that answers.
 */
final class DirectAnswer {
  /** How long output that nothing was written to may take to become ready. */
  private static final long READY_AFTER = TimeUnit.MILLISECONDS.toNanos(200);

  /** Says why, also where an error page of the application's own leaves the message out. */
  static final String REASON = "Deadline-Reason";

  private final ContainerQuirks quirks;
  private final @Nullable String errorPage;

  DirectAnswer(ContainerQuirks quirks, @Nullable String errorPage) {
    this.quirks = quirks;
    this.errorPage = errorPage;
    // Loads its classes now: the first expiry has no time for that.
    DeadlineReply.of("text/html, */*;q=0.1", 503, Reason.EXPIRED, Incident.next());
  }

  /** Writes to the container's own response, past outer filters that might keep bytes back. */
  void write(RequestRun run, ExpiryReport report) throws IOException {
    HttpServletRequest request = run.request;
    HttpServletResponse response = run.response;
    HeaderSnapshot headers = run.head.before();
    int status = run.route.status();
    String type;
    byte[] body;
    CapturedPage page = errorPage == null ? null : page(run, errorPage, report);
    if (page != null) {
      type = page.getContentType();
      body = page.body();
    } else {
      DeadlineReply reply =
          DeadlineReply.of(accept(request), status, report.reason(), report.incident());
      type = reply.contentType();
      body = reply.bytes();
    }
    quirks.makeWritable(response);
    quirks.reset(response);
    headers.restoreSealed(response, quirks);
    HttpServletResponse head = quirks.head(response);
    setHeaders(run, head);
    head.setStatus(status);
    if (type != null) {
      head.setContentType(type);
    }
    ServletOutputStream output = response.getOutputStream();
    // Non-blocking output may be ready only after this very pass: then the status has to do.
    boolean ready =
        !run.async().ioListeners().isWriteKnown()
            || run.await(() -> quirks.isReady(output), READY_AFTER);
    head.setContentLength(ready ? body.length : 0);
    if (ContainerQuirks.isHttp1(request)) {
      // The worker may still hold the connection's input, and a later request must not meet it.
      head.setHeader("Connection", "close");
    }
    try {
      if (ready) {
        output.write(body);
      }
      quirks.close(response, output);
      quirks.afterAnswer(response);
    } catch (RuntimeException e) {
      // As Tomcat where the connection has ended this very moment and with it the request. Its
      // objects may be somebody else's by now: nobody must try again, or cut, through them.
      throw new IOException("The container has ended the request", e);
    }
  }

  private @Nullable CapturedPage page(RequestRun run, String path, ExpiryReport report) {
    Runnable unbind = quirks.bind(run.request);
    try {
      return CapturedPage.of(run.request, run.response, path, run.route.status(), report);
    } finally {
      unbind.run();
    }
  }

  /** The client's wishes, in one line however many it used. */
  private static @Nullable String accept(HttpServletRequest request) {
    Enumeration<String> lines = request.getHeaders("Accept");
    return lines == null || !lines.hasMoreElements()
        ? null
        : String.join(",", Collections.list(lines));
  }

  /** As a structured field of RFC 9651: a token, and a string as its parameter. */
  private static String reason(ExpiryReport report) {
    return report.reason().code() + ";incident=\"" + report.incident() + '"';
  }

  /** The headers of every answer of the filter's own. */
  static void setHeaders(RequestRun run, HttpServletResponse response) {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader(REASON, reason(run.reported()));
    long retryAfter = run.retryAfterSeconds();
    if (retryAfter >= 0) {
      response.setHeader("Retry-After", Long.toString(retryAfter));
    }
    run.time(response);
  }
}
