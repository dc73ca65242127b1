package io.github.deadlinefilter;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a late request was slow: the innermost line of the application's that all its samples have
 * in common.
 *
 * <p>Thread-safe. It is looked for when somebody asks first, for that may take a while: so not by
 * those who are to answer past a worker, and with little left to ask of what was sampled before.
 */
final class SlowLine {
  /** Nobody has looked. */
  static final SlowLine UNKNOWN = new SlowLine(List.of(), ApplicationLines.NONE);

  private final List<List<StackTraceElement>> samples;
  private final ApplicationLines lines;

  /** Null as long as nobody has asked; whoever asks at the same time finds the same. */
  private volatile @Nullable String at;

  SlowLine(List<List<StackTraceElement>> samples, ApplicationLines lines) {
    this.samples = samples;
    this.lines = lines;
  }

  /** Empty if it is not known. */
  String at() {
    String found = at;
    if (found == null) {
      found = Objects.requireNonNullElse(Samples.common(samples, lines), "");
      at = found;
    }
    return found;
  }

  /** How many stacks that was taken from. */
  int samples() {
    return samples.size();
  }
}
