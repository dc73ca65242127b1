package io.github.deadlinefilter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A slice is added up while a late request is recorded: whether there is a longest, how many have
 * completed, and how many of them late.
 */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Added up before.")
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Added up afterwards.")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "In between, and it is not there yet.")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "In between, and it is not late yet.")
@Outcome(expect = FORBIDDEN, desc = "A part without its whole.")
@State
public class SummaryAgainstRecordingStress {
  private final HistorySlice slice = new HistorySlice(0);

  @Actor
  public void recorder() {
    slice.completedLate(1);
  }

  @Actor
  public void reader(III_Result r) {
    Summary.Sum sum = new Summary.Sum();
    slice.addTo(sum);
    r.r1 = (int) sum.longestNanos;
    r.r2 = (int) sum.completed[0];
    r.r3 = (int) sum.late;
  }
}
