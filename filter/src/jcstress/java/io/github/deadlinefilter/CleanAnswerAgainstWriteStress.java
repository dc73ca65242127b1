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
 * A guarded write against an expiry that wants to answer with the container's own means. The
 * numbers: whether the write was admitted; what our answer replaced (-1: none was given); what the
 * client gets, 1 from the application or 2 from us.
 */
@JCStressTest
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "Written before, seen, and replaced.")
@Outcome(id = "0, 0, 2", expect = ACCEPTABLE, desc = "Refused by the fence.")
@Outcome(id = "1, -1, 1", expect = ACCEPTABLE, desc = "Inside; the answerer kept its hands off.")
@Outcome(id = "1, 0, 2", expect = FORBIDDEN, desc = "A write that the answerer did not see.")
@Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "Admitted after the fence was closed.")
@Outcome(id = "1, 1, 1", expect = FORBIDDEN, desc = "The application's bytes behind our answer.")
@Outcome(id = "0, -1, 0", expect = FORBIDDEN, desc = "Nobody inside, and yet no clean answer.")
@Outcome(expect = FORBIDDEN, desc = "Neither before nor after: a torn response.")
@State
public class CleanAnswerAgainstWriteStress {
  private final StressedRun run = new StressedRun();

  @Actor
  public void application(III_Result r) {
    r.r1 = run.write() ? 1 : 0;
  }

  @Actor
  public void clock(III_Result r) {
    run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
    r.r2 = run.tryAnswerClean() ? run.replaceResponse() : -1;
  }

  @Arbiter
  public void client(III_Result r) {
    r.r3 = run.response;
  }
}
