package io.github.deadlinefilter;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many runs may be on workers at a time, and how many may wait for that, first come first
 * served; but whoever is interrupted meanwhile, which does not end the wait, begins to wait anew,
 * behind the others. The container thread itself waits, so a run that expires here has never been
 * anywhere else, and there is no queue to take it out of.
 *
 * <p>Thread-safe.
 */
final class Admission {
  /** What {@link #enter} came to. */
  enum Outcome {
    ADMITTED,
    QUEUE_FULL,
    EXPIRED
  }

  private final Semaphore free;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean opened = new AtomicBoolean();
  private final int queue;

  Admission(int workers, int queue) {
    this.free = new Semaphore(workers, /* fair= */ true);
    this.queue = queue;
  }

  /**
   * Waits for a worker as long as {@code deadline} allows, if the queue has room. Every ADMITTED
   * owes one {@link #leave()}. An interrupt does not end the wait and is still pending afterwards.
   */
  Outcome enter(Deadline deadline) {
    boolean interrupted = Thread.interrupted();
    boolean queued = false;
    try {
      while (true) {
        try {
          // A time-out of zero and not tryAcquire(), which would barge past those who wait.
          if (acquire(queued ? deadline.remainingNanos() : 0)) {
            return Outcome.ADMITTED;
          }
          if (!queued) {
            queued = true;
            if (waiting.incrementAndGet() > queue) {
              return Outcome.QUEUE_FULL;
            }
          } else if (deadline.remainingNanos() <= 0) { // else somebody has extended it meanwhile
            return Outcome.EXPIRED;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (queued) {
        waiting.decrementAndGet();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean acquire(long nanos) throws InterruptedException {
    return free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
  }

  void leave() {
    free.release();
  }

  /**
   * Lets everybody who waits go on, to be refused by the caller. Idempotent, and not to be undone.
   */
  void open() {
    if (opened.compareAndSet(false, true)) {
      free.release(Integer.MAX_VALUE / 2);
    }
  }
}
