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
 * The application's {@code dispatch()} of an asynchronous request, against its deadline. The third
 * number is whether a worker could go in for the dispatch.
 */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Dispatched in time, and it runs.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Expired; dispatch is refused.")
@Outcome(id = "1, 1, 1", expect = FORBIDDEN, desc = "The application runs on an answered request.")
@Outcome(id = "1, 1, 0", expect = FORBIDDEN, desc = "Dispatched by one, completed by the other.")
@Outcome(expect = FORBIDDEN, desc = "The request is lost: neither dispatched nor answered.")
@State
public class AsyncDispatchAgainstExpiryStress {
  private final StressedRun run = StressedRun.async();

  @Actor
  public void application(III_Result r) {
    r.r1 = run.endAsync(/* dispatch= */ true) >= 0 ? 1 : 0;
  }

  @Actor
  public void clock(III_Result r) {
    r.r2 = run.tryExpire(1 << RunState.ASYNC, RunState.CALL) >= 0 ? 1 : 0;
  }

  @Arbiter
  public void nextPass(III_Result r) {
    r.r3 = run.begin() ? 1 : 0;
  }
}
