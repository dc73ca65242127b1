package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * Between the filter and a listener of somebody else's, which may throw and may block: has it hear
 * of each event on a thread of its own, and of as many as it can bear.
 *
 * <p>Thread-safe; never blocks.
 */
final class ListenerQueue implements DeadlineListener, AutoCloseable {
  private static final int MOST_WAITING = 10_000;
  private static final Duration SAY_EVERY = Duration.ofMinutes(1);
  private static final long IDLE_SECONDS = 10;
  private static final long LAST_WORDS_SECONDS = 1;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final DeadlineListener listener;
  private final ThreadPoolExecutor thread;
  private final RateLimit failures;
  private final RateLimit drops;
  private final AtomicLong dropped = new AtomicLong();

  ListenerQueue(DeadlineListener listener, ThreadFactory threads, Ticker ticker) {
    this.listener = listener;
    this.failures = new RateLimit(ticker, SAY_EVERY, /* burst= */ 1);
    this.drops = new RateLimit(ticker, SAY_EVERY, /* burst= */ 1);
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            threads,
            (task, pool) -> drop());
    thread.allowCoreThreadTimeOut(true);
  }

  private void tell(BiConsumer<DeadlineListener, DeadlineEvent> what, DeadlineEvent event) {
    try {
      thread.execute(() -> call(what, event));
    } catch (OutOfMemoryError e) { // the system has no thread left to give
      drop();
    }
  }

  /** On the thread of a request: without an exception, for that would take its stack. */
  private void drop() {
    if (thread.isShutdown()) {
      return;
    }
    long number = dropped.incrementAndGet();
    if (drops.tryAcquire()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is too slow: it has not heard of {1} events, and goes on with older ones",
          name(),
          Long.toString(number));
    }
  }

  private void call(BiConsumer<DeadlineListener, DeadlineEvent> what, DeadlineEvent event) {
    try {
      what.accept(listener, event);
    } catch (Throwable e) {
      if (failures.tryAcquire()) {
        LOG.log(System.Logger.Level.WARNING, name() + " failed, on " + event, e);
      }
    }
  }

  private String name() {
    return "Listener " + listener.getClass().getName();
  }

  /** How many events the listener has not been told of. */
  long dropped() {
    return dropped.get();
  }

  @Override
  public void started(DeadlineEvent event) {
    tell(DeadlineListener::started, event);
  }

  @Override
  public void completed(DeadlineEvent event) {
    tell(DeadlineListener::completed, event);
  }

  @Override
  public void failed(DeadlineEvent event) {
    tell(DeadlineListener::failed, event);
  }

  @Override
  public void expired(DeadlineEvent event) {
    tell(DeadlineListener::expired, event);
  }

  @Override
  public void refused(DeadlineEvent event) {
    tell(DeadlineListener::refused, event);
  }

  @Override
  public void leftLate(DeadlineEvent event) {
    tell(DeadlineListener::leftLate, event);
  }

  /** Tells what is waiting, for a second at most. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_WORDS_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
