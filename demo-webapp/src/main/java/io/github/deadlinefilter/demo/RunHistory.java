package io.github.deadlinefilter.demo;

import java.util.ArrayDeque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The last {@value #KEPT} runs of the approaches, the oldest first. Called from any thread. */
final class RunHistory {
  static final int KEPT = 200;

  // Guarded by this.
  private final ArrayDeque<Run> kept = new ArrayDeque<>();
  private long begun;

  /**
   * A run that begins now; the oldest makes room for it.
   *
   * @param timeout in seconds, null where the approach has none
   */
  synchronized Run begin(String approach, ApproachQuery query, @Nullable String timeout) {
    var run = new Run(++begun, approach, query, timeout);
    kept.add(run);
    if (kept.size() > KEPT) {
      kept.remove();
    }
    return run;
  }

  /** With the time by this machine's clock, for those who draw what has not ended. */
  synchronized String json() {
    return kept.stream()
        .map(Run::json)
        .collect(
            Collectors.joining(
                ",\n  ",
                "{\"now\": " + System.currentTimeMillis() + ", \"runs\": [\n  ",
                "\n]}\n"));
  }
}
