package io.github.deadlinefilter;

import org.jspecify.annotations.Nullable;

/**
 * One call to something outside the JVM, from {@link Deadline#io} to {@link #close}, in the ledger
 * of the request that it is made for.
 *
 * <p>Thread-safe; may be closed on another thread than the one that began it.
 */
public final class IoCall implements AutoCloseable {
  private final @Nullable IoLedger ledger;
  final String kind;
  final String target;
  final long startNanos;

  /** Guarded by the ledger; negative while it is in progress. */
  long tookNanos = -1;

  IoCall(@Nullable IoLedger ledger, String kind, String target, long startNanos) {
    this.ledger = ledger;
    this.kind = kind;
    this.target = target;
    this.startNanos = startNanos;
  }

  /** It has ended, whether it failed or not. Idempotent. */
  @Override
  public void close() {
    if (ledger != null) {
      ledger.ended(this);
    }
  }
}
