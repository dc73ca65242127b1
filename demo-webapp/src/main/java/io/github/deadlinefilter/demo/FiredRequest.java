package io.github.deadlinefilter.demo;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request that the page has fired: when it was asked and answered, as its client saw it, and
 * when its thread began and was free. Times are in milliseconds since 1970. Called from any thread.
 */
final class FiredRequest {
  private static final Pattern COMPLETED = Pattern.compile("\"completed\": (true|false)");

  // Of the filter's own answer, and in the words that the container's error page has.
  private static final Pattern REASON = Pattern.compile("\\breason\\W{1,3}([a-z-]+)");
  private static final Pattern INCIDENT = Pattern.compile("\\bincident\\W{1,3}([0-9a-z]+)");

  /** As {@link Json} quotes. */
  private static final Pattern ERROR =
      Pattern.compile("\"error\": (\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\]|\\\\u[0-9a-f]{4})*\")");

  private final String run = RunName.next();
  private final String how;
  private final FireQuery query;

  // Guarded by this, from here on.
  private long asked = System.currentTimeMillis();
  private @Nullable String timeout;
  private @Nullable Long began;
  private @Nullable Long free;
  private boolean hasWork;
  private @Nullable Long answered;
  private @Nullable Integer status;
  private String body = "";
  private @Nullable String failure;

  /**
   * One that is to be sent.
   *
   * @param how {@link FireQuery#FILTER}, or the approach
   */
  FiredRequest(String how, FireQuery query) {
    this.how = how;
    this.query = query;
    this.timeout =
        how.equals(FireQuery.FILTER) || how.equals(FireQuery.BASELINE)
            ? null
            : query.timeout().toPlainString();
  }

  String run() {
    return run;
  }

  String slow() {
    return query.slow();
  }

  synchronized long asked() {
    return asked;
  }

  /** Below the application's own path. */
  String path() {
    return query.path(how);
  }

  /** Its client sends it now. */
  synchronized void sent() {
    asked = System.currentTimeMillis();
  }

  /**
   * The application has it, on this thread.
   *
   * @param limit what the filter gives it from now on, in seconds; null for none
   */
  synchronized void began(@Nullable String limit) {
    long now = System.currentTimeMillis();
    began = now;
    if (how.equals(FireQuery.FILTER) && limit != null) {
      // Counted from when it was asked, as the approaches' are: it may have waited for its thread.
      timeout = new BigDecimal(limit).add(BigDecimal.valueOf(now - asked, 3)).toPlainString();
    }
  }

  /** It has its work done on a thread that says itself when that is free. */
  synchronized void hasWork() {
    hasWork = true;
  }

  /** The thread that did the work is through with it; the first call counts. */
  synchronized void free() {
    if (free == null) {
      free = System.currentTimeMillis();
    }
  }

  /** The application has returned from it. */
  synchronized void left() {
    if (!hasWork) {
      free();
    }
  }

  /** Its client has the whole answer. */
  synchronized void answered(int withStatus, String withBody) {
    answered = System.currentTimeMillis();
    status = withStatus;
    body = withBody;
  }

  /** Its client has no answer, or half of one. */
  synchronized void failed(String why) {
    answered = System.currentTimeMillis();
    failure = why;
  }

  /** Whether nothing more happens to it here. One that never began has no thread. */
  synchronized boolean isSettled() {
    return answered != null && (began == null || free != null);
  }

  /**
   * For the page.
   *
   * @param backend what the backend had to do for it, as JSON
   */
  synchronized String json(String backend) {
    return ("{\"run\": \"%s\", \"how\": \"%s\", \"slow\": \"%s\", \"delay\": %s, \"timeout\": %s,"
            + " \"path\": %s, \"asked\": %d, \"answered\": %s, \"status\": %s, \"completed\": %s,"
            + " \"reason\": %s, \"incident\": %s, \"error\": %s, \"began\": %s, \"free\": %s, \"backend\": %s}")
        .formatted(
            run,
            how,
            query.slow(),
            query.delay(),
            timeout,
            Json.quoted(path()),
            asked,
            answered,
            status,
            found(COMPLETED, ""),
            found(REASON, "\""),
            found(INCIDENT, "\""),
            failure == null ? found(ERROR, "") : Json.quoted(failure),
            began,
            free,
            backend);
  }

  private synchronized @Nullable String found(Pattern pattern, String quote) {
    Matcher matcher = pattern.matcher(body);
    return matcher.find() ? quote + matcher.group(1) + quote : null;
  }
}
