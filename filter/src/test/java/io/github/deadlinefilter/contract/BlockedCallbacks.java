package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.time.Duration;

/**
 * More callbacks of an application than there are threads for them, all of which block at the end
 * of their deadline, as cancellations do whose server is dead. Outside of any request.
 */
public final class BlockedCallbacks implements AutoCloseable {
  private static final int MANY = 1_000;

  private final Gate go = new Gate("the blocked callbacks may end");

  public BlockedCallbacks() throws InterruptedException {
    Gate over = new Gate("the deadline is over");
    DeadlineScope deadline = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE);
    try (deadline) {
      deadline.onExpire(over::open);
      deadline.shorten(Duration.ZERO);
      over.await();
    }
    for (int i = 0; i < MANY; i++) {
      deadline.onExpire(go::awaitDeaf); // at once
    }
  }

  /** Lets them end; does not wait. */
  @Override
  public void close() {
    go.open();
  }
}
