package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.Arrays;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * The first two requests of a slice that expire, for the same reason: how many there are, how many
 * causes, how often they are named, and the longest.
 */
@JCStressTest
@Outcome(id = "2, 1, 2, 9", expect = ACCEPTABLE, desc = "Both count, for one reason.")
@Outcome(expect = FORBIDDEN, desc = "One has overwritten what the other counted.")
@State
public class FirstOfASliceStress {
  private final HistorySlice slice = new HistorySlice(0);

  @Actor
  public void one() {
    slice.ended(8);
    slice.blamed("sql");
  }

  @Actor
  public void other() {
    slice.ended(9);
    slice.blamed("sql");
  }

  @Arbiter
  public void reader(IIII_Result r) {
    Summary.Sum sum = new Summary.Sum();
    slice.addTo(sum);
    r.r1 = (int) Arrays.stream(sum.ended).sum();
    r.r2 = sum.blames.size();
    r.r3 = (int) new Summary(sum).blamed();
    r.r4 = (int) sum.longestNanos;
  }
}
