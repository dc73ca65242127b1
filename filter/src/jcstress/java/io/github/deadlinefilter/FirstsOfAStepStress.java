package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Two requests end as the first ones of a step of the timeline. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "Both are counted.")
@Outcome(id = "1", expect = FORBIDDEN, desc = "Lost: one took the step over from the other.")
@State
public class FirstsOfAStepStress {
  private final Timeline timeline = new Timeline(new ManualTicker());

  @Actor
  public void one() {
    timeline.add(Timeline.Outcome.COMPLETED);
  }

  @Actor
  public void other() {
    timeline.add(Timeline.Outcome.COMPLETED);
  }

  @Arbiter
  public void count(J_Result r) {
    r.r1 = timeline.upTo(timeline.step(), Timeline.Outcome.COMPLETED)[Timeline.STEPS - 1];
  }
}
