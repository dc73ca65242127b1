package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves. It begins shortly before the wrap that every nano clock may have. */
class ManualTicker implements Ticker {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

  @Override
  public long nanos() {
    return now.get();
  }

  void advance(Duration step) {
    now.addAndGet(step.toNanos());
  }
}
