package io.github.deadlinefilter.demo;

import org.jspecify.annotations.Nullable;

/**
 * What happened in one run of an approach. All times are in milliseconds since 1970, but the
 * differences are those of {@link System#nanoTime}. Called from any thread.
 */
final class Run {
  private static final long NOT_YET = -1;

  private final long id;
  private final String approach;
  private final ApproachQuery query;
  private final @Nullable String timeout;
  private final long beganMillis = System.currentTimeMillis();
  private final long beganNanos = System.nanoTime();
  private volatile long answeredMillis = NOT_YET;
  private volatile long freeMillis = NOT_YET;

  /** It begins now. */
  Run(long id, String approach, ApproachQuery query, @Nullable String timeout) {
    this.id = id;
    this.approach = approach;
    this.query = query;
    this.timeout = timeout;
  }

  long id() {
    return id;
  }

  long nanos() {
    return System.nanoTime() - beganNanos;
  }

  private long nowMillis() {
    return beganMillis + nanos() / 1_000_000;
  }

  /** The answer has been handed to the container. */
  void answered() {
    answeredMillis = nowMillis();
  }

  /** The thread that did the work is through with it; the first call counts. */
  void free() {
    if (freeMillis == NOT_YET) {
      freeMillis = nowMillis();
    }
  }

  String json() {
    return ("{\"id\": %d, \"approach\": %s, \"slow\": %s, \"delay\": %s, \"timeout\": %s,"
            + " \"began\": %d, \"answered\": %s, \"free\": %s}")
        .formatted(
            id,
            Json.quoted(approach),
            Json.quoted(query.slow().toString()),
            query.delay(),
            timeout,
            beganMillis,
            orNull(answeredMillis),
            orNull(freeMillis));
  }

  private static String orNull(long millis) {
    return millis == NOT_YET ? "null" : String.valueOf(millis);
  }
}
