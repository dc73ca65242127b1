package io.github.deadlinefilter;

/** What a request must have reached at its deadline. */
enum Until {
  /** The whole response is done. */
  COMPLETE,
  /**
   * The response has begun: for downloads and event streams, which then take as long as they take,
   * or as long as they make progress if the route has an idle limit.
   */
  COMMIT
}
