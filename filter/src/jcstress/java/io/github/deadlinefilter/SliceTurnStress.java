package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two requests end when the slice of an hour ago is still in the place of theirs. */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both are remembered, and nothing else.")
@Outcome(expect = FORBIDDEN, desc = "One is lost with its slice, or the old ones still count.")
@State
public class SliceTurnStress {
  private long now;
  private final RouteHistory history = new RouteHistory(() -> now);

  public SliceTurnStress() {
    history.completed(7);
    now = RouteHistory.SLICES * RouteHistory.SLICE_NANOS;
  }

  @Actor
  public void completes() {
    history.completed(1);
  }

  @Actor
  public void expires() {
    history.expired(2);
  }

  @Arbiter
  public void reader(II_Result r) {
    Summary summary = history.lastHour();
    r.r1 = (int) summary.timed();
    r.r2 = (int) summary.expired();
  }
}
