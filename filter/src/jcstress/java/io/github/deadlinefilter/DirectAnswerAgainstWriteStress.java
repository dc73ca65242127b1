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
 * A guarded write of a worker that stays inside, against the answer past it. The numbers: whether
 * the write was admitted; what our answer replaced (-1: none was given); what the client gets, 1
 * from the application or 2 from us.
 */
@JCStressTest
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "Written before, seen, and replaced.")
@Outcome(id = "0, 0, 2", expect = ACCEPTABLE, desc = "Refused by the fence.")
@Outcome(id = "1, -1, 1", expect = ACCEPTABLE, desc = "Known to be writing: to be cut.")
@Outcome(id = "1, 0, 2", expect = FORBIDDEN, desc = "A write that the answerer did not see.")
@Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "Admitted after the fence was closed.")
@Outcome(id = "1, 1, 1", expect = FORBIDDEN, desc = "The application's bytes behind our answer.")
@Outcome(id = "0, -1, 0", expect = FORBIDDEN, desc = "Nobody writes, and yet it is cut.")
@Outcome(expect = FORBIDDEN, desc = "Neither before nor after: a torn response.")
@State
public class DirectAnswerAgainstWriteStress {
  private final StressedRun run = StressedRun.running();

  @Actor
  public void worker(III_Result r) {
    r.r1 = run.write() ? 1 : 0;
  }

  @Actor
  public void clock(III_Result r) {
    run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    r.r2 = run.isWriting() ? -1 : run.replaceResponse();
  }

  @Arbiter
  public void client(III_Result r) {
    r.r3 = run.response;
  }
}
