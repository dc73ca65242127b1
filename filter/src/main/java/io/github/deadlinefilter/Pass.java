package io.github.deadlinefilter;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;

/** How a container thread brings one pass of a run to its end. */
interface Pass {
  System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** Runs the chain under the deadline. Returns or throws what the container is to see. */
  void run(RequestRun run) throws IOException, ServletException;

  /** `pool` and `virtual`: a worker runs the chain, and the container thread waits for it. */
  static Pass onWorker(Runs runs, Workers workers) {
    HandOver handOver = new HandOver();
    return run -> {
      workers.reclaim();
      if (!isAdmitted(run, runs)) {
        return;
      }
      try {
        run.captureContext();
        workers.execute(run);
        handOver.await(run, workers);
      } catch (RejectedExecutionException e) {
        run.leavePlace();
        runs.expiry().refuse(run, runs.isStopping() ? Reason.STOPPING : Reason.QUEUE_FULL);
        return;
      } catch (RuntimeException | Error e) { // the system may have no thread left to give
        LOG.log(System.Logger.Level.ERROR, "A request could not be given to a worker", e);
        if (!run.hasBegun()) {
          run.leavePlace();
        }
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
  static Pass onContainerThread(Runs runs) {
    return run -> {
      if (!isAdmitted(run, runs)) {
        return;
      }
      // Not before: an alarm that rings while nothing runs yet would not ring again.
      run.watched();
      run.run();
      run.alarm(null);
      if (run.afterLeave() >= RunState.EXPIRED) {
        runs.expiry().leaveExpired(run);
      } else {
        run.finishPass();
      }
    };
  }

  private static boolean isAdmitted(RequestRun run, Runs runs)
      throws IOException, ServletException {
    if (run.deadline.isExpired() && runs.expiry().here(run)) {
      return false; // an asynchronous request that came back too late
    }
    Reason refused;
    try {
      refused = runs.bulkheads().enter(run);
    } catch (RuntimeException | Error e) { // no memory to wait with, say
      run.leavePlace();
      runs.finished(run);
      throw e;
    }
    if (refused != null) {
      runs.expiry().refuse(run, refused);
    }
    return refused == null;
  }
}
