package io.github.deadlinefilter;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;

/** How a container thread brings one pass of a run to its end. */
interface Pass {

  /** Runs the chain under the deadline. Returns or throws what the container is to see. */
  void run(RequestRun run) throws IOException, ServletException;

  /** `pool` and `virtual`: a worker runs the chain, and the container thread waits for it. */
  static Pass onWorker(Runs runs, Admission admission, Workers workers) {
    return run -> {
      if (!isAdmitted(run, runs, admission)) {
        return;
      }
      run.onLeave(admission::leave);
      try {
        workers.execute(run);
      } catch (RejectedExecutionException e) {
        admission.leave();
        runs.expiry().refuse(run, Reason.STOPPING);
        return;
      } catch (OutOfMemoryError e) { // the system has no thread left to give
        admission.leave();
        runs.expiry().refuse(run, Reason.QUEUE_FULL);
        return;
      }
      while (!run.awaitLeave()) {
        if (runs.expiry().here(run)) {
          return;
        }
        // The response has begun and the deadline is lifted, or the worker is just leaving.
        Thread.onSpinWait();
      }
      run.finishPass();
    };
  }

  /** `container`: the container thread runs the chain, and the timer watches it. */
  static Pass onContainerThread(Runs runs, Admission admission) {
    return run -> {
      if (!isAdmitted(run, runs, admission)) {
        return;
      }
      run.onLeave(admission::leave);
      // Not before: an alarm that rings while nothing runs yet would not ring again.
      run.onBegin(() -> runs.watch(run));
      run.run();
      run.alarm(null);
      if (run.afterLeave() >= RunState.EXPIRED) {
        runs.expiry().leaveExpired(run);
      } else {
        run.finishPass();
      }
    };
  }

  private static boolean isAdmitted(RequestRun run, Runs runs, Admission admission)
      throws IOException, ServletException {
    if (run.deadline.isExpired() && runs.expiry().here(run)) {
      return false; // an asynchronous request that came back too late
    }
    Reason refused =
        switch (admission.enter(run.deadline)) {
          case ADMITTED -> null;
          case QUEUE_FULL -> Reason.QUEUE_FULL;
          case EXPIRED -> Reason.EXPIRED_IN_QUEUE;
        };
    if (refused == null && runs.isStopping()) {
      admission.leave();
      refused = Reason.STOPPING;
    }
    if (refused != null) {
      runs.expiry().refuse(run, refused);
    }
    return refused == null;
  }
}
