package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.Enforcement;
import java.time.Duration;

/**
 * A scope of {@link Deadline} around the function, which asks it between its own steps.
 *
 * <p>With {@link Enforcement#COOPERATE} that is all that is done: as {@code
 * stopit.ThreadingTimeout} in Python, whose exception reaches a thread only at its own next step,
 * and never in a call that blocks. With {@link Enforcement#INTERRUPT}, and functions that go
 * through the adapters, the call that blocks is ended too.
 */
record ScopeApproach(Enforcement enforcement) implements Approach {
  @Override
  public boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException {
    try {
      return Deadline.tryRun(
          timeout, enforcement, () -> work.run(() -> Deadline.current().check()));
    } catch (BackendFailure e) {
      // If the request's own deadline, around this one, is what has ended the call, it says so.
      Deadline.current().check();
      throw e;
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("work throws nothing else", e);
    }
  }
}
