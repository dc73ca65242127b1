package io.github.deadlinefilter;

import java.util.concurrent.atomic.AtomicInteger;

/** The state of a run as a {@link RequestRun} uses it: the last one out gives the objects back. */
final class StressedRun extends RunState {
  /** Where the timer's side decides in the `container` kind. */
  static final int TIMERS_PHASES = 1 << RUNNING | 1 << ASYNC | 1 << CLOSING;

  /** Where a waiting container thread decides. */
  static final int CONTAINER_THREADS_PHASES =
      1 << NEW | 1 << RUNNING | 1 << DISPATCHED | 1 << CLOSING;

  /** As unsynchronised as a container's: 0 is nobody's, 1 the application's, 2 ours. */
  int response;

  /** How often the container's objects were given back. */
  final AtomicInteger over = new AtomicInteger();

  /** A run whose worker is inside. */
  static StressedRun running() {
    StressedRun run = new StressedRun();
    run.begin();
    return run;
  }

  /** A run whose worker has left it with an asynchronous cycle open. */
  static StressedRun async() {
    StressedRun run = running();
    run.asyncStarted();
    run.leave();
    return run;
  }

  /** A run that is answered past its worker, who is inside. */
  static StressedRun answering() {
    StressedRun run = running();
    run.tryExpire(CONTAINER_THREADS_PHASES, /* presence= */ 0);
    run.tryAnswerDirect(/* presence= */ 0, /* always= */ true);
    return run;
  }

  /**
   * A write of the application's into the response.
   *
   * @return whether the fence admitted it
   */
  boolean write() {
    if (!enter(WRITE)) {
      return false;
    }
    response = 1;
    exit(WRITE);
    return true;
  }

  /**
   * Our answer into the response.
   *
   * @return what was there before
   */
  int replaceResponse() {
    int before = response;
    response = 2;
    return before;
  }

  @Override
  void movedWhileClosed() {
    if (tryOver()) {
      over.incrementAndGet();
    }
  }
}
