package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How others name a request, so that what is logged of it here is found from there: the header
 * {@code X-Request-Id}, or else the trace id of a {@code traceparent} (W3C Trace Context).
 */
final class RequestId {
  /** Longer ones are cut. */
  private static final int LONGEST = 64;

  /** Everything else would have to be quoted, or could pass for a key of the log's. */
  private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_.:+/@-]");

  private static final Pattern TRACE_PARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

  private RequestId() {}

  /** Empty if there is none, or if the container cannot say. While the request is the caller's. */
  static String of(HttpServletRequest request) {
    try {
      return read(request);
    } catch (RuntimeException e) { // it is for the log, and the client has to be answered
      return "";
    }
  }

  private static String read(HttpServletRequest request) {
    String own = request.getHeader("X-Request-Id");
    if (own != null && !own.isBlank()) {
      return clean(own.strip());
    }
    return traceId(request.getHeader("traceparent"));
  }

  /** What is the client's text becomes one word. */
  static String clean(String given) {
    String safe = given.length() > LONGEST ? given.substring(0, LONGEST) : given;
    return UNSAFE.matcher(safe).replaceAll("?");
  }

  private static String traceId(@Nullable String traceParent) {
    if (traceParent == null) {
      return "";
    }
    Matcher parts = TRACE_PARENT.matcher(traceParent.strip());
    return parts.matches() ? parts.group(1) : "";
  }
}
