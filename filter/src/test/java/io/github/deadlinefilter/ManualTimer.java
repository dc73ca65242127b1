package io.github.deadlinefilter;

import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;

/** A {@link DeadlineTimer} of which a test moves the clock. */
final class ManualTimer implements AutoCloseable {
  final ManualTicker ticker = new ManualTicker();
  final DeadlineTimer timer = new DeadlineTimer(new Threads(), ticker);

  /** Lets time pass. What is due by then has been run, on the timer's thread, when this returns. */
  void pass(Duration time) {
    ticker.advance(time);
    Gate last = new Gate("the last of what is due");
    timer.in(/* nanos= */ 0, last::open);
    timer.wake();
    last.awaitDeaf();
  }

  @Override
  public void close() {
    timer.close();
  }
}
