package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Completion against expiry: the container thread leaves the chain while the timer's side expires
 * the run. One of three answers, and only one: the application in time, the timer's side past a
 * worker that is inside, or the container thread itself after an expiry.
 */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The chain won: the application's answer.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The clock won with the worker inside.")
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The clock won, and the worker had left.")
@Outcome(id = "0, 0, 0", expect = FORBIDDEN, desc = "Nobody answers: the client waits for ever.")
@Outcome(expect = FORBIDDEN, desc = "Two own the response: one answer is written into the other.")
@State
public class CompletionAgainstExpiryStress {
  private final StressedRun run = StressedRun.running();

  @Actor
  public void chain(III_Result r) {
    run.leave();
    r.r1 = run.tryDone() ? 1 : 0;
  }

  @Actor
  public void clock(III_Result r) {
    r.r2 =
        run.tryExpire(StressedRun.TIMERS_PHASES, RunState.CALL) >= 0
                && run.tryAnswerDirect(RunState.CALL, /* always= */ false)
            ? 1
            : 0;
  }

  @Arbiter
  public void containerThread(III_Result r) {
    r.r3 = run.tryAnswerClean() ? 1 : 0;
  }
}
