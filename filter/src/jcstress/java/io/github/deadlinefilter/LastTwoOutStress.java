package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A late worker and a thread that it started leave a parked run: the last one ends it. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The container's objects are given back once.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "They are never given back: a request leaks.")
@Outcome(id = "2", expect = FORBIDDEN, desc = "The container is told to complete twice.")
@State
public class LastTwoOutStress {
  private final StressedRun run = StressedRun.running();

  public LastTwoOutStress() {
    run.enter(RunState.WRITE);
    run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    run.parked();
  }

  @Actor
  public void worker() {
    run.leave();
    run.movedWhileClosed();
  }

  @Actor
  public void threadOfTheApplication() {
    run.exit(RunState.WRITE);
  }

  @Arbiter
  public void count(I_Result r) {
    r.r1 = run.over.get();
  }
}
