package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The application interrupts its own thread while the clock does so, and returns. */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The application's own alone: it is left.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Own first: ours is taken, it is given back.")
@Outcome(
    id = "1, 0",
    expect = ACCEPTABLE_INTERESTING,
    desc = "Ours first: a thread has one flag, so the own one after it is taken for ours.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The application's interrupt was swallowed.")
@State
public class OwnInterruptAgainstExpiryStress {
  private final InterruptFence fence = new InterruptFence();

  @Actor
  public void worker(II_Result r) {
    fence.open(Thread.currentThread());
    Thread.currentThread().interrupt();
    fence.close();
    r.r2 = Thread.interrupted() ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    r.r1 = fence.interrupt() ? 1 : 0;
  }
}
