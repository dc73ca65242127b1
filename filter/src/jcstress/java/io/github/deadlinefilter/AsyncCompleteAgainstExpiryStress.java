package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The application's {@code complete()} of an asynchronous request, against its deadline. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Completed in time.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Expired; the application's call is refused.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "The container is told to complete twice.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody completes: the request is never over.")
@State
public class AsyncCompleteAgainstExpiryStress {
  private final StressedRun run = StressedRun.async();

  @Actor
  public void application(II_Result r) {
    r.r1 = run.endAsync(/* dispatch= */ false) >= 0 ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    r.r2 = run.tryExpire(1 << RunState.ASYNC, RunState.CALL) >= 0 ? 1 : 0;
  }
}
