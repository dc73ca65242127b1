package io.github.deadlinefilter;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

  private final ThreadPoolExecutor answerers;

  /** Helps those where all are busy; null before Java 21, where what comes waits for them. */
  private final @Nullable ThreadFactory helpers = Threads.virtual("deadline-answer-help");

  /** Those that wait or are at it. */
  private final AtomicInteger unanswered = new AtomicInteger();

  private final ThreadPoolExecutor actors;
  private final Cancellers cancellers;
  private final Cancellers cutters;

  Background(Threads threads) {
    // Not virtual: work that keeps all carriers must not keep its own clients from being answered.
    answerers = pool(threads.named("deadline-answer"), ANSWERERS);
    actors = pool(threads.named("deadline-act"), ACTORS);
    cancellers = new Cancellers(threads.named("deadline-cancel"), Cancellers.CALLBACKS);
    cutters = new Cancellers(threads.named("deadline-cut"), Cancellers.CUTS);
  }

  /**
   * Answers a request, which may block.
   *
   * @throws RejectedExecutionException after {@link #close}
   */
  void answer(Runnable task) {
    boolean allAreBusy = unanswered.incrementAndGet() > ANSWERERS;
    boolean taken = false;
    try {
      answerers.execute(() -> answerNow(task));
      taken = true;
    } finally {
      if (!taken) {
        unanswered.decrementAndGet();
      }
    }
    if (helpers != null && allAreBusy) {
      helpers.newThread(this::help).start();
    }
  }

  private void answerNow(Runnable task) {
    try {
      task.run();
    } finally {
      unanswered.decrementAndGet();
    }
  }

  /** Whoever is free first takes what waits: of the helpers perhaps none gets a processor. */
  private void help() {
    Runnable waiting = answerers.getQueue().poll();
    if (waiting != null) {
      waiting.run();
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

  /** Platform threads, which end after half a minute without work. */
  private static ThreadPoolExecutor pool(ThreadFactory factory, int threads) {
    var pool =
        new ThreadPoolExecutor(
            threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
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
    answerers.shutdown();
    actors.shutdown();
    cancellers.close();
    cutters.close();
  }
}
