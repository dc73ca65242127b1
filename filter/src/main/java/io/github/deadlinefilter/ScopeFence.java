package io.github.deadlinefilter;

import org.jspecify.annotations.Nullable;

/** The fence of a scope that a thread goes into while it is, perhaps, inside another one. */
final class ScopeFence extends InterruptFence {
  private final @Nullable InterruptFence outer;

  ScopeFence(@Nullable InterruptFence outer) {
    this.outer = outer;
  }

  @Override
  @Nullable InterruptFence outer() {
    return outer;
  }
}
