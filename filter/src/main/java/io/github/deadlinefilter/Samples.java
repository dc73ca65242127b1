package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a slow request was seen: its worker's stack at a half and at four fifths of its deadline.
 * What these and the one at the deadline have in common is what it is slow in; the innermost line
 * of a single one may be in any of the many short calls of a loop.
 *
 * <p>Thread-safe.
 */
final class Samples {
  /** In percent of the deadline. */
  private static final int[] AT = {50, 80};

  /** Of a shorter deadline the stacks would cost more than they tell. */
  private static final long SHORTEST_NANOS = 100_000_000;

  /** Of a run of which none can be taken any more. */
  static final Samples NONE = new Samples(/* granted= */ false, ApplicationLines.NONE);

  static {
    NONE.taken = AT.length;
  }

  // Guarded by this.
  private final List<List<StackTraceElement>> stacks = new ArrayList<>(AT.length);
  private final boolean granted;
  private final ApplicationLines lines;

  /** How many were due. Changed under the monitor. */
  private volatile int taken;

  /**
   * @param granted whether stacks may be taken; if not, it is only counted when they are due
   * @param lines learns of them, so that the request does not wait for that when it ends
   */
  Samples(boolean granted, ApplicationLines lines) {
    this.granted = granted;
    this.lines = lines;
  }

  /**
   * How long after the begin of a deadline the next one is due.
   *
   * @param taken how many have been taken
   * @return {@link Long#MAX_VALUE} if none is
   */
  static long dueNanos(long deadlineNanos, int taken) {
    return taken >= AT.length
            || deadlineNanos == Route.NO_DEADLINE
            || deadlineNanos < SHORTEST_NANOS
        ? Long.MAX_VALUE
        : deadlineNanos / 100 * AT[taken];
  }

  int taken() {
    return taken;
  }

  boolean isGranted() {
    return granted;
  }

  /** One is due. By one thread at a time. */
  void take(InterruptFence worker) {
    List<StackTraceElement> stack = granted ? worker.stack() : List.of();
    lines.learn(inside(stack));
    synchronized (this) {
      if (!stack.isEmpty()) {
        stacks.add(stack);
      }
      taken = taken + 1;
    }
  }

  /** All of them, and the one at the deadline if that is not empty. */
  synchronized List<List<StackTraceElement>> with(List<StackTraceElement> last) {
    List<List<StackTraceElement>> all = new ArrayList<>(stacks);
    if (!last.isEmpty()) {
      all.add(last);
    }
    return all;
  }

  /**
   * The line that {@code lines} finds in what all of {@code stacks} have in common: with the number
   * that it has in the last of them. Null if there is none.
   */
  static @Nullable String common(List<List<StackTraceElement>> stacks, ApplicationLines lines) {
    List<List<StackTraceElement>> inside =
        stacks.stream().map(Samples::inside).filter(ApplicationLines::isIn).toList();
    if (inside.isEmpty()) {
      return null;
    }
    List<StackTraceElement> last = inside.get(inside.size() - 1);
    int common = last.size();
    for (List<StackTraceElement> stack : inside) {
      common = Math.min(common, sharedWith(last, stack));
    }
    return lines.of(last.subList(last.size() - common, last.size()));
  }

  /** The frames from the chain on, of which there are none when it has just been left. */
  private static List<StackTraceElement> inside(List<StackTraceElement> stack) {
    for (int i = stack.size() - 1; i >= 0; i--) { // guarded calls are of a run's, too, further in
      StackTraceElement frame = stack.get(i);
      if (frame.getMethodName().equals("run")
          && frame.getClassName().equals(RequestRun.class.getName())) {
        return stack.subList(0, i);
      }
    }
    return stack;
  }

  /** How many frames two stacks share, from the outermost in: by method, for lines go on. */
  private static int sharedWith(List<StackTraceElement> one, List<StackTraceElement> other) {
    int most = Math.min(one.size(), other.size());
    for (int i = 1; i <= most; i++) {
      StackTraceElement mine = one.get(one.size() - i);
      StackTraceElement theirs = other.get(other.size() - i);
      if (!mine.getMethodName().equals(theirs.getMethodName())
          || !mine.getClassName().equals(theirs.getClassName())) {
        return i - 1;
      }
    }
    return most;
  }
}
