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
 * A worker goes into the application while its run is expired and it is told to stop. The numbers:
 * whether the application was reached; whether the clock won while the worker was inside (1) or had
 * not gone in (0), or lost (-1); whether the interrupt found the worker.
 */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Expired before the worker went in.")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Expired on its way: it turned back.")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "The same, with an interrupt on top.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The application ran, and was interrupted.")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "The worker had left the application.")
@Outcome(id = "1, -1, 0", expect = ACCEPTABLE, desc = "The application was in time.")
@Outcome(
    id = "2, .*, .*",
    expect = FORBIDDEN,
    desc = "The application runs on in an expired run, and no interrupt will ever reach it.")
@Outcome(expect = FORBIDDEN, desc = "The application ran although the clock had won before.")
@State
public class WorkerEntryAgainstInterruptStress {
  private final RequestRun run = BareServlet.run((request, response) -> reached());
  private volatile boolean told;
  private volatile boolean found;
  private volatile int reached;

  private void reached() {
    // Told before it came here, and nobody found: 2.
    reached = told && !found ? 2 : 1;
  }

  @Actor
  public void worker() {
    run.run();
  }

  @Actor
  public void clock(III_Result r) {
    int phase = run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
    if (phase == RunState.CLOSING) {
      phase = -1;
    }
    r.r2 = phase;
    if (phase >= 0) {
      found = run.interrupts.interrupt();
      told = true;
    }
    r.r3 = found ? 1 : 0;
  }

  @Arbiter
  public void end(III_Result r) {
    r.r1 = reached;
  }
}
