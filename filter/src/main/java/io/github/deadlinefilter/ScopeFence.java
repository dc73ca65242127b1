package io.github.deadlinefilter;

import org.jspecify.annotations.Nullable;

/** The fence of a scope that a thread goes into while it is, perhaps, inside another one. */
final class ScopeFence extends InterruptFence {
  private final @Nullable InterruptFence outer;

  /** Of the thread that is inside, and of it alone. */
  private boolean ownTaken;

  ScopeFence(@Nullable InterruptFence outer) {
    this.outer = outer;
  }

  @Override
  @Nullable InterruptFence outer() {
    return outer;
  }

  @Override
  void ownTaken() {
    ownTaken = true;
  }

  /** After {@link #close}: whether {@link #ownTaken} was told. */
  boolean isOwnTaken() {
    return ownTaken;
  }
}
