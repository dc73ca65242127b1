package io.github.deadlinefilter.demo;

import java.time.Duration;

/** The function alone, with nothing that could stop it. */
final class BaselineApproach implements Approach {
  @Override
  public boolean hasLimit() {
    return false;
  }

  @Override
  public boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException {
    work.run(SlowFunction.NOTHING);
    return true;
  }
}
