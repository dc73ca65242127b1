package io.github.deadlinefilter;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The filter's own threads beside workers and timer: some answer expiries that no container thread
 * waits for, others act where the timer would have to wait for a moment, others run what was
 * registered with {@link Deadline#onExpire}, and others again the cuts of the adapters. Clients and
 * whatever the application does may block them, so they are all apart, and each has a bounded pool
 * of platform threads.
 */
final class Background implements AutoCloseable {
  /** The grace keeps one busy, or a client that does not read. */
  private static final int ANSWERERS = 256;

  /** A disk may keep one busy. */
  private static final int ACTORS = 64;

  private final Workers answerers;

  /** For what comes while all of these are busy; null before Java 21, where it waits for them. */
  private final @Nullable Workers moreAnswerers;

  private final AtomicInteger answering = new AtomicInteger();
  private final Workers actors;
  private final Cancellers cancellers;
  private final Cancellers cutters;

  Background(Threads threads) {
    // Not virtual: work that keeps all carriers must not keep its own clients from being answered.
    answerers = Workers.pool(threads, "deadline-answer", ANSWERERS);
    ThreadFactory virtual = Threads.virtual("deadline-answer-more");
    moreAnswerers = virtual == null ? null : Workers.virtual(virtual);
    actors = Workers.pool(threads, "deadline-act", ACTORS);
    cancellers = new Cancellers(threads.named("deadline-cancel"), Cancellers.CALLBACKS);
    cutters = new Cancellers(threads.named("deadline-cut"), Cancellers.CUTS);
  }

  /**
   * Answers a request, which may block.
   *
   * @throws RejectedExecutionException after {@link #close}
   */
  void answer(Runnable task) {
    boolean full = answering.incrementAndGet() > ANSWERERS;
    boolean taken = false;
    try {
      Workers free = full && moreAnswerers != null ? moreAnswerers : answerers;
      free.execute(() -> answerNow(task));
      taken = true;
    } finally {
      if (!taken) {
        answering.decrementAndGet();
      }
    }
  }

  private void answerNow(Runnable task) {
    try {
      task.run();
    } finally {
      answering.decrementAndGet();
    }
  }

  /** Runs what is the filter's own and may block for a moment. */
  void act(Runnable task) {
    try {
      actors.execute(task);
    } catch (RejectedExecutionException e) {
      // The filter is destroyed.
    } catch (OutOfMemoryError e) { // the system has no thread left to give
      task.run();
    }
  }

  /** As {@link Cancellers#start}. */
  boolean cancel(Runnable task) {
    return cancellers.start(task);
  }

  /** As {@link #cancel}, whatever the application's cancellations do. */
  void cut(Runnable task) {
    cutters.start(task);
  }

  @Override
  public void close() {
    answerers.close();
    if (moreAnswerers != null) {
      moreAnswerers.close();
    }
    actors.close();
    cancellers.close();
    cutters.close();
  }
}
