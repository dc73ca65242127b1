package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Server-Timing} of one response (<a
 * href="https://www.w3.org/TR/server-timing/">W3C</a>), which browsers show beside the request: how
 * long it waited for its worker, how long the application has worked and how much of that outside
 * the JVM, and what was left of its deadline. In milliseconds.
 *
 * <p>A header has to be there before the response begins, and when that will be only the container
 * knows. So it is set when the application asks for the output, and again, with what has come of
 * it, when the application is through and the response has not begun.
 *
 * <p>Not thread-safe but for {@link #workerBegins}: as the head of a response, it is changed by
 * whoever has that to itself, the application's thread that asks for the output or, when the
 * application is through, whoever ends the response. {@link RunState} orders these.
 */
final class ServerTiming {
  private static final String HEADER = "Server-Timing";

  private final RequestDeadline deadline;

  /** When the worker went in, since the begin of the deadline; negative before. */
  private volatile long queuedNanos = -1;

  /** What stands in the response, null for nothing. */
  private @Nullable String set;

  ServerTiming(RequestDeadline deadline) {
    this.deadline = deadline;
  }

  /** A worker goes in; of several for the same request the first one counts. */
  void workerBegins() {
    if (queuedNanos < 0) {
      queuedNanos = deadline.elapsedNanos();
    }
  }

  /**
   * Sets it, in place of what it was; what others have put there stays. Until the response begins.
   */
  void setOn(HttpServletResponse response) {
    if (response.isCommitted()) {
      return;
    }
    String value = value();
    List<String> all = new ArrayList<>(response.getHeaders(HEADER));
    all.remove(set);
    response.setHeader(HEADER, value);
    all.forEach(other -> response.addHeader(HEADER, other));
    set = value;
  }

  private String value() {
    long elapsed = deadline.elapsedNanos();
    long left = deadline.remainingNanos();
    long queued = queuedNanos;
    StringBuilder value = new StringBuilder();
    add(value, "queue", queued < 0 ? elapsed : queued);
    if (queued >= 0) {
      add(value, "app", elapsed - queued);
    }
    long io = deadline.ioNanos();
    if (io > 0) {
      add(value, "io", io);
    }
    if (left != Long.MAX_VALUE) {
      add(value, "budget;desc=\"budget left\"", Math.max(0, left));
    }
    return value.toString();
  }

  private static void add(StringBuilder value, String metric, long nanos) {
    value
        .append(value.isEmpty() ? "" : ", ")
        .append(metric)
        .append(";dur=")
        .append(Figure.millis(nanos));
  }
}
