package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The container's own time-out or error of an asynchronous request, against its deadline. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The container ends it; the clock stays out.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The clock won; the container has to wait.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Both end it: two answers, or a recycled request.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Each leaves it to the other.")
@State
public class ContainerTimeoutAgainstExpiryStress {
  private final StressedRun run = StressedRun.async();

  @Actor
  public void container(II_Result r) {
    r.r1 = run.containerEnds() ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    r.r2 = run.tryExpire(1 << RunState.ASYNC, RunState.CALL) >= 0 ? 1 : 0;
  }
}
