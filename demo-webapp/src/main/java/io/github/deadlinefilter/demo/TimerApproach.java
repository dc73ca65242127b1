package io.github.deadlinefilter.demo;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A timer that interrupts the thread of the request: {@code threading.Timer} in Python, with the
 * JDK's own parts. What hears no interrupt goes on, and the client waits for it.
 */
final class TimerApproach implements Approach {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            var thread = new Thread(task, "approach-timer");
            thread.setDaemon(true);
            return thread;
          });

  TimerApproach() {
    timer.setRemoveOnCancelPolicy(true); // else a request in time stays in there until its timeout
  }

  @Override
  public boolean run(Work work, Duration timeout) throws BackendFailure, InterruptedException {
    var alarm = new Alarm(Thread.currentThread());
    Future<?> due = timer.schedule(alarm::ring, timeout.toNanos(), TimeUnit.NANOSECONDS);
    BackendFailure failed = null;
    InterruptedException interrupted = null;
    boolean late;
    try {
      work.run(SlowFunction.NOTHING);
    } catch (BackendFailure e) {
      failed = e;
    } catch (InterruptedException e) {
      interrupted = e;
    } finally {
      due.cancel(/* mayInterruptIfRunning= */ false);
      late = alarm.switchOff();
    }
    if (late) {
      return false; // and what it threw is of no interest: it may be just the interrupt
    } else if (failed != null) {
      throw failed;
    } else if (interrupted != null) {
      throw interrupted;
    }
    return true;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** Interrupts one thread once, but never after it has been switched off. */
  static final class Alarm {
    private final Thread thread;
    private boolean rung;
    private boolean off;

    Alarm(Thread thread) {
      this.thread = thread;
    }

    // Race with switchOff(): cancelling the timer is not enough, because its thread may be just
    // here. Without the lock the interrupt could come when the function has ended, and hit the
    // thread at whatever it does next, for the next request at worst.
    synchronized void ring() {
      if (!off) {
        rung = true;
        thread.interrupt();
      }
    }

    /**
     * Called on the thread itself. If it has been interrupted from here, and nothing has taken
     * notice of it, that is forgotten.
     *
     * @return whether it has rung
     */
    synchronized boolean switchOff() {
      off = true;
      if (rung) {
        boolean unused = Thread.interrupted();
      }
      return rung;
    }
  }
}
