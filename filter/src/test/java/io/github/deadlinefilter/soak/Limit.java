package io.github.deadlinefilter.soak;

import java.util.List;

/**
 * The routes of each worker kind: deadlines of 5 to 50 ms, and what is set differently at a
 * deadline.
 */
enum Limit {
  MS5(5, "grace=0ms"),
  MS10(10, "onExpiry=cooperate"),
  MS20(20, ""),
  MS35(35, "onExpiry=abandon"),
  MS50(50, "status=504 retryAfter=1s grace=10ms"),
  COMMIT(30, "until=commit");

  static final List<Limit> ALL = List.of(values());

  final int millis;
  private final String keys;

  Limit(int millis, String keys) {
    this.millis = millis;
    this.keys = keys;
  }

  String rule(String zone) {
    return zone + "/" + this + "/* = " + millis + "ms " + keys;
  }

  int status() {
    return this == MS50 ? 504 : 503;
  }
}
