package io.github.deadlinefilter;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where those stuck workers are of which no stack was taken when their time was over, as many
 * expired then. They are looked at when somebody looks at them: ten at once, one a second, and each
 * again when that is ten seconds ago.
 *
 * <p>Thread-safe. It keeps texts of those that were asked for last, and no request.
 */
final class StuckLines {
  private static final Duration STACK_EVERY = Duration.ofSeconds(1);
  private static final int STACKS_AT_ONCE = 10;
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ApplicationLines lines;
  private final Ticker ticker;
  private final RateLimit stacks;

  private record Seen(String at, long nanos) {}

  // Guarded by this.
  private Map<String, Seen> seen = new HashMap<>();

  StuckLines(ApplicationLines lines, Ticker ticker) {
    this.lines = lines;
    this.ticker = ticker;
    stacks = new RateLimit(ticker, STACK_EVERY, STACKS_AT_ONCE);
  }

  /** Of each of {@code stuck} its line, empty if that is not known; all others are forgotten. */
  synchronized Map<RequestRun, String> of(List<RequestRun> stuck) {
    Map<String, Seen> still = new HashMap<>();
    Map<RequestRun, String> all = new HashMap<>();
    for (RequestRun run : stuck) {
      String at = run.reported().at();
      if (at.isEmpty()) {
        Seen now = look(run, seen.get(run.incident()));
        still.put(run.incident(), now);
        at = now.at;
      }
      all.put(run, at);
    }
    seen = still;
    return all;
  }

  private Seen look(RequestRun run, @Nullable Seen before) {
    long now = ticker.nanos();
    if (before != null && now - before.nanos < OLD_NANOS) {
      return before;
    } else if (!stacks.tryAcquire()) {
      return before == null ? new Seen("", now - OLD_NANOS) : before;
    }
    return new Seen(Objects.requireNonNullElse(lines.of(run.interrupts.stack()), ""), now);
  }
}
