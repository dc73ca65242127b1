package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;

/** What there is beside a driver or a client that is measured, as a JMH parameter. */
public enum With {
  NOTHING,
  ADAPTER,
  ADAPTER_AND_DEADLINE;

  /** On the calling thread; ended by {@link #end}. */
  void begin() {
    if (this == ADAPTER_AND_DEADLINE) {
      long hour = TimeUnit.HOURS.toNanos(1);
      Deadline.replaceCurrent(new RequestDeadline(SharedClockwork.INSTANCE, "GET /x", hour));
    }
  }

  static void end() {
    Deadline.replaceCurrent(null);
  }
}
