package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The worker goes in while the waiting container thread expires the run. */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Expired in the queue; the worker turns back.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Expired with the worker inside, and known.")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The client is told that nothing ran; it runs.")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "A worker is waited for that is not inside.")
@Outcome(expect = FORBIDDEN, desc = "The clock did not win although nobody else could.")
@State
public class BeginAgainstExpiryStress {
  private final StressedRun run = new StressedRun();

  @Actor
  public void worker(II_Result r) {
    r.r1 = run.begin() ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    r.r2 = run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
  }
}
