package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Interrupt against return. The numbers: whether the clock was told that it interrupted; whether
 * the worker, while inside, knew of that and saw its flag (-1: knew, and saw none); whether a flag
 * is left for the next request of this thread.
 */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Not inside: not interrupted.")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Interrupted, and taken off at the return.")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Interrupted, seen, and taken off.")
@Outcome(id = "1, -1, .*", expect = FORBIDDEN, desc = "Lost: told as delivered, and it was not.")
@Outcome(id = ".*, .*, 1", expect = FORBIDDEN, desc = "The next request of the thread is hit.")
@Outcome(expect = FORBIDDEN, desc = "An interrupt that nobody sent.")
@State
public class InterruptAgainstReturnStress {
  private final InterruptFence fence = new InterruptFence();
  private volatile boolean told;

  @Actor
  public void worker(III_Result r) {
    fence.open(Thread.currentThread());
    if (told) {
      r.r2 = Thread.currentThread().isInterrupted() ? 1 : -1;
    }
    fence.close();
    r.r3 = Thread.interrupted() ? 1 : 0;
  }

  @Actor
  public void clock(III_Result r) {
    if (fence.interrupt()) {
      told = true;
      r.r1 = 1;
    }
  }
}
