package io.github.deadlinefilter.demo.backend;

/**
 * How busy a proxy is. What a blackhole hides from the proxy, such as the end of a connection, is
 * not in here.
 *
 * @param open connections that their clients hold open
 * @param waiting those of them whose last request has had no byte of a reply yet
 */
record Traffic(int open, int waiting) {
  static final Traffic NONE = new Traffic(0, 0);

  /** The fields of a JSON object, without its braces. */
  String jsonFields() {
    return "\"open\": %d, \"waiting\": %d".formatted(open, waiting);
  }
}
