package io.github.deadlinefilter.http;

import java.time.Duration;

/**
 * Frees a thread that waits in {@code send} for the head of a response, if the deadline is over
 * before the time that the client was given. The client knows no other way than an interrupt, which
 * stays in here.
 */
final class SendFence implements AutoCloseable {
  /** The client's own timer comes as soon as this would, and needs no interrupt. */
  private static final long CLOSE_NANOS = Duration.ofMillis(50).toNanos();

  private final Thread sender = Thread.currentThread();
  private final long timeoutNanos;

  // Guarded by this.
  private boolean closed;
  private boolean interrupted;

  SendFence(Duration timeout) {
    this.timeoutNanos = System.nanoTime() + timeout.toNanos();
  }

  /** The deadline is over. On a thread of the deadline's. */
  synchronized void interrupt() {
    if (!closed && timeoutNanos - System.nanoTime() > CLOSE_NANOS) {
      interrupted = true;
      sender.interrupt();
    }
  }

  /** Whether it has interrupted. */
  synchronized boolean hasInterrupted() {
    return interrupted;
  }

  /** Race with interrupt(): no interrupt of this call's comes to what the thread does next. */
  @Override
  public synchronized void close() {
    closed = true;
    if (interrupted) {
      Thread.interrupted();
    }
  }
}
