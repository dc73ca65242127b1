package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests that have ended in time while something that they have registered goes on, such as a
 * task on another thread: that is told at their deadline all the same, and when the filter stops.
 * Nobody else watches them any more.
 *
 * <p>A request is here only as long as it has something registered, and one without an end only as
 * long as somebody else holds it, too, as a task that goes on does. Thread-safe.
 */
final class LeftBehind {
  private final Expiry expiry;

  /** What forgets the alarm of each. Changed under the monitor of its deadline, or to remove it. */
  private final Map<RequestRun, Runnable> alarms = new ConcurrentHashMap<>();

  /** Those without an end. In place of being among the others, under the same monitor. */
  private final Map<RequestRun, Boolean> endless = Collections.synchronizedMap(new WeakHashMap<>());

  private volatile boolean stopping;

  LeftBehind(Expiry expiry) {
    this.expiry = expiry;
  }

  /** {@code run} has something registered, or another deadline. Under its deadline's monitor. */
  void watch(RequestRun run) {
    Clockwork clockwork = run.deadline.clockwork();
    long left = stopping ? 0 : run.deadline.remainingNanos();
    forget(run);
    if (left == Long.MAX_VALUE) {
      endless.put(run, true);
    } else {
      alarms.put(run, clockwork.alarm(Math.max(0, left), () -> clockwork.act(() -> due(run))));
    }
    // Race with stop(): it says so before it looks who is here.
    if (stopping) {
      clockwork.act(() -> stop(run));
    }
  }

  /** {@code run} has nothing registered any more. Under its deadline's monitor. */
  void forget(RequestRun run) {
    Runnable alarm = alarms.remove(run);
    if (alarm != null) {
      alarm.run();
    }
    endless.remove(run);
  }

  private void due(RequestRun run) {
    // Race with extend(): what says that it is over has the last word.
    if (expiry.isSuspended(run) || !run.deadline.settle()) {
      run.deadline.watchAgain();
    } else {
      tell(run);
    }
  }

  private void tell(RequestRun run) {
    forget(run);
    run.deadline.cancelAll(run.route.onExpiry() == OnExpiry.INTERRUPT);
  }

  private void stop(RequestRun run) {
    run.deadline.expireNow(Reason.STOPPING);
    tell(run);
  }

  /** Tells all of them now. */
  void stop() {
    stopping = true;
    alarms.keySet().forEach(this::stop);
    List<RequestRun> others;
    synchronized (endless) {
      others = new ArrayList<>(endless.keySet());
    }
    others.forEach(this::stop);
  }
}
