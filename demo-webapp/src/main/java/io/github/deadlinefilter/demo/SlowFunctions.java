package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.http.DeadlineHttpClient;
import io.github.deadlinefilter.jdbc.DeadlineDriver;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The slow functions that an approach may be tried on. Called from any thread. */
record SlowFunctions(SlowFunction http, SlowFunction cache, SlowFunction redis, SlowFunction db)
    implements AutoCloseable {
  /** As anybody would write them: nothing in them knows how long they may take. */
  static SlowFunctions patient() {
    return new SlowFunctions(
        new SlowHttp(SlowHttp.patientClient()),
        new SlowCache(SlowCache::patientGet),
        new SlowRedis(SlowRedis::patiently),
        new SlowDb(UnaryOperator.identity()));
  }

  /**
   * Through the adapters and {@code Deadline.await}, by which the end of a deadline reaches the
   * call that blocks.
   */
  static SlowFunctions reached() {
    return new SlowFunctions(
        new SlowHttp(DeadlineHttpClient.of(SlowHttp.patientClient())),
        new SlowCache(SlowCache::getWithinDeadline),
        new SlowRedis(SlowRedis::withinDeadline),
        new SlowDb(url -> url.replaceFirst("^jdbc:", DeadlineDriver.PREFIX)));
  }

  SlowFunction get(ApproachQuery.Slow slow) {
    return switch (slow) {
      case HTTP -> http;
      case CACHE -> cache;
      case REDIS -> redis;
      case DB -> db;
    };
  }

  @Override
  public void close() {
    Stream.of(http, cache, redis, db).forEach(SlowFunction::close);
  }
}
