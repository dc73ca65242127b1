package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The application registers a cancellation while the deadline passes. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "Called once.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "Lost: what was to be cancelled goes on for ever.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "Called twice.")
@State
public class CancellationAgainstExpiryStress {
  private final AtomicInteger called = new AtomicInteger();
  private final RequestDeadline deadline =
      new RequestDeadline(new ManualClockwork(new ManualTicker(), Runnable::run), "GET /x", 1);

  @Actor
  public void application() {
    deadline.onExpire(called::incrementAndGet);
  }

  @Actor
  public void clock() {
    deadline.cancelAll(true);
  }

  @Arbiter
  public void count(I_Result r) {
    r.r1 = called.get();
  }
}
