package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The application's {@code complete()} while its worker is still inside, against an expiry that
 * adopts the open cycle to park the request in it, and completes it later.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Completed first; the container thread holds.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Adopted first; the application is refused.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "The container is told to complete twice.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Refused, and not adopted: nobody completes.")
@State
public class AsyncCompleteInPassAgainstExpiryStress {
  private final StressedRun run = StressedRun.running();

  public AsyncCompleteInPassAgainstExpiryStress() {
    run.asyncStarted();
  }

  @Actor
  public void worker(II_Result r) {
    r.r1 = run.endAsync(/* dispatch= */ false) >= 0 ? 1 : 0;
  }

  @Actor
  public void clock(II_Result r) {
    run.tryExpire(StressedRun.CONTAINER_THREADS_PHASES, /* presence= */ 0);
    r.r2 = run.isAsyncOpen() ? 1 : 0;
  }
}
