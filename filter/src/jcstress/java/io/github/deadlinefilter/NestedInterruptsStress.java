package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A worker goes into a scope inside its request and out of both, while both of them expire. The
 * numbers: whether it was interrupted between the two, though the request had not expired; whether
 * an interrupt was left behind.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing is left.")
@Outcome(id = "1, .*", expect = FORBIDDEN, desc = "The scope's interrupt came out of the scope.")
@Outcome(id = ".*, 1", expect = FORBIDDEN, desc = "An interrupt reaches the next request.")
@State
public class NestedInterruptsStress {
  private final InterruptFence request = new InterruptFence();
  private final InterruptFence scope = new ScopeFence(request);
  private volatile boolean expires;

  @Actor
  public void worker(II_Result r) {
    Thread worker = Thread.currentThread();
    request.open(worker);
    scope.open(worker);
    scope.close();
    // In this order: the clock says first that it is about to interrupt.
    boolean between = worker.isInterrupted() && !expires;
    request.close();
    r.r1 = between ? 1 : 0;
    r.r2 = Thread.interrupted() ? 1 : 0;
  }

  @Actor
  public void clock() {
    scope.interrupt();
    expires = true;
    request.interrupt();
  }
}
