package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread of the application's own makes the asynchronous side of a run while its pass ends, and
 * sets a listener afterwards. The number: how often that reaches the container.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "Found as the pass ended, or made for none.")
@Outcome(
    id = "0",
    expect = FORBIDDEN,
    desc = "Made for a pass that has not found it: it waits for a thread that does not come.")
@Outcome(expect = FORBIDDEN, desc = "The container is given two.")
@State
public class AsyncCycleAgainstPassEndStress {
  private final ListenedRequest container = new ListenedRequest();
  private final RequestRun run = BareServlet.run((request, response) -> {}, container.request());

  @Actor
  public void pass() {
    run.run();
    try {
      run.finishPass();
    } catch (IOException | ServletException e) {
      throw new IllegalStateException(e);
    }
  }

  @Actor
  public void application() {
    run.async();
  }

  @Arbiter
  public void listener(I_Result r) {
    container.listen(run);
    r.r1 = container.registrars().size();
  }
}
