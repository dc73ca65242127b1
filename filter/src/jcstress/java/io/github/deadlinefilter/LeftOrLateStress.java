package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An expired worker leaves while the answer past it is decided on: what the log says of it. */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Left in its grace.")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Stuck, and reported again when it left.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Reported as left, and left late once more.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Reported as stuck, and never as left.")
@State
public class LeftOrLateStress {
  private final StressedRun run = StressedRun.running();

  public LeftOrLateStress() {
    run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
  }

  @Actor
  public void worker(II_Result r) {
    r.r1 = run.leave() > RunState.EXPIRED ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    r.r2 = run.wasAnsweredAlone() ? 1 : 0;
  }
}
