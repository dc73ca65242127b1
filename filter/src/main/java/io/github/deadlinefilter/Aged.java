package io.github.deadlinefilter;

import java.util.Collection;
import java.util.Comparator;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Sorts runs by ages that go on while they are compared. */
final class Aged {
  private final RequestRun run;
  private final long nanos;

  private Aged(RequestRun run, long nanos) {
    this.run = run;
    this.nanos = nanos;
  }

  static Stream<RequestRun> oldestFirst(
      Collection<RequestRun> runs, ToLongFunction<RequestRun> age) {
    return runs.stream()
        .map(run -> new Aged(run, age.applyAsLong(run)))
        .sorted(Comparator.comparingLong((Aged one) -> one.nanos).reversed())
        .map(one -> one.run);
  }
}
