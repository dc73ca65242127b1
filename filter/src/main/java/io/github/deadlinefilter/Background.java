package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The filter's own threads beside workers and timer: some answer expiries that no container thread
 * waits for, others run what was registered with {@link Deadline#onExpire}, and others again the
 * cuts of the adapters. The first two may block, on a client or on whatever the application does,
 * so they are all apart, and each has a bounded pool of platform threads.
 */
final class Background implements AutoCloseable {
  /** A client that does not read may keep one busy. */
  private static final int ANSWERERS = 256;

  private final Workers answerers;
  private final Cancellers cancellers;
  private final Cancellers cutters;

  Background(Threads threads) {
    // Not virtual: work that keeps all carriers must not keep its own clients from being answered.
    answerers = Workers.pool(threads, "deadline-answer", ANSWERERS);
    cancellers = new Cancellers(threads.named("deadline-cancel"), Cancellers.CALLBACKS);
    cutters = new Cancellers(threads.named("deadline-cut"), Cancellers.CUTS);
  }

  Executor answerers() {
    return answerers::execute;
  }

  /** Runs what is the filter's own and may block for a moment. */
  void act(Runnable task) {
    try {
      answerers.execute(task);
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
    cancellers.close();
    cutters.close();
  }
}
