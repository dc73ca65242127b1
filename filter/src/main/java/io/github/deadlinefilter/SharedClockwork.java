package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clockwork of scopes outside any request. Its threads are daemons, end after ten seconds with
 * nothing to do, and have nothing of whoever happened to start them, neither class loader nor
 * thread-locals: an application that is undeployed is not kept by them.
 */
final class SharedClockwork implements Clockwork {
  static final Clockwork INSTANCE = new SharedClockwork();

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, named("deadline-scope-timer"));
  private final Cancellers cancellers =
      new Cancellers(named("deadline-scope-cancel"), Cancellers.CALLBACKS);
  private final Cancellers cutters = new Cancellers(named("deadline-scope-cut"), Cancellers.CUTS);
  private final Cancellers interrupters =
      new Cancellers(named("deadline-scope-interrupt"), Cancellers.CUTS);
  private final Executor abandoned = new AbandonedWorkers(named("deadline-abandoned"));

  private final Linter linter = new Linter();

  private SharedClockwork() {
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory named(String name) {
    AtomicLong number = new AtomicLong();
    return task -> {
      Thread thread =
          new Thread(
              null,
              task,
              name + "-" + number.incrementAndGet(),
              /* stackSize= */ 0,
              /* inheritThreadLocals= */ false);
      thread.setDaemon(true);
      thread.setContextClassLoader(null);
      return thread;
    };
  }

  @Override
  public Ticker ticker() {
    return Ticker.SYSTEM;
  }

  @Override
  public Runnable alarm(long nanos, Runnable task) {
    Future<?> set = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
    return () -> set.cancel(/* mayInterruptIfRunning= */ false);
  }

  @Override
  public void act(Runnable task) {
    interrupters.start(task);
  }

  @Override
  public void cut(Runnable cut) {
    cutters.start(cut);
  }

  @Override
  public void cancel(Runnable cancellation) {
    cancellers.start(cancellation);
  }

  @Override
  public Executor abandoned() {
    return abandoned;
  }

  @Override
  public Linter linter() {
    return linter;
  }
}
