package io.github.deadlinefilter.demo;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;

/**
 * A new thread for the function, and {@link Thread#join(long)} with a limit. A thread that is late
 * is left behind: it goes on, with its stack, its connection and its query.
 */
final class ThreadApproach implements Approach {
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  @Override
  public boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException {
    FutureTask<Boolean> task = work.asTask();
    var thread = new Thread(() -> runHere(task), "approach-thread");
    thread.setDaemon(true);
    running.add(thread);
    thread.start();
    thread.join(timeout.toMillis());
    return task.isDone() && Work.outcome(task);
  }

  private void runHere(FutureTask<Boolean> task) {
    try {
      task.run();
    } finally {
      running.remove(Thread.currentThread());
    }
  }

  /** The only interrupt that they get. */
  @Override
  public void close() {
    running.forEach(Thread::interrupt);
  }
}
