package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;

/**
 * How a container thread waits for its worker at first: by giving its processor away some times,
 * for as long as that has been enough for most of those before it. Where the chain is done by then,
 * no kernel has had to put either thread to sleep or to wake it, which costs more than a short
 * chain: on two processors that are busy, 1.2 times are enough for a servlet that writes 13 bytes.
 *
 * <p>Measured there as the rate of that servlet against no filter (LoadBench, Java 17, 32
 * connections), each beside the others in one run, in which the bare server was asked first, which
 * was to its good: since each has its turn at that, this comes to 0.99.
 *
 * <ul>
 *   <li>this: 0.72 to 0.76; what it costs are two more changes of threads for each request
 *   <li>20 or 60 times, 1, 3 or 10 times for a worker without work: the same
 *   <li>asleep at once, and a worker woken for each request: 0.47
 *   <li>asleep for 50 or 200 microseconds before one is woken, for a worker that is awake may take
 *       the run: 0.16 to 0.45; workers that look for work take the processors from all others
 *   <li>a ThreadPoolExecutor and its queue, as with Future.get: 0.60
 *   <li>a virtual thread for each, started from a thread of the container that is virtual, too:
 *       0.73, and asleep at once 0.55; started from a platform thread: 0.57
 * </ul>
 *
 * <p>Where changes of threads are dearer (an Intel Xeon of 2023 with its mitigations, kernel 6.18)
 * this comes to 0.70 to 0.73, and Future.get to 0.61 to 0.64. 99.9% of the runs are through after
 * 1.1 times there, and nobody is put to sleep or woken for the hand-over. What else it costs is
 * Jetty's: as its thread waits here, it wakes another one for the next request, 3.1 calls of futex
 * for each in place of 1.5.
 *
 * <p>Not measured by itself: affinity, which the stack of idle workers gives, for the one that was
 * asleep last is woken first; and an early start on the container's own thread, from which a chain
 * that turns out to be slow cannot be taken away any more: that is the kind {@code container}.
 *
 * <p>Thread-safe. What it remembers is read and written without order: it is a hint.
 */
final class HandOver {
  /** Before the thread goes to sleep. */
  private static final int YIELDS = 20;

  /** For as long a worker may be on its way from its last run: then one is woken. */
  private static final long ON_ITS_WAY = TimeUnit.MICROSECONDS.toNanos(100);

  /** Where it takes longer others want the processors, too, and get them for long. */
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(3);

  /** How much is known in favour of this at most. */
  private static final int CREDIT = 64;

  /** What each time takes of that which was not enough. */
  private static final int COST = 4;

  /** One in so many tries although there is no credit: requests may have become short. */
  private static final int PROBE = 64;

  private int credit = CREDIT;
  private int probes;

  /** Comes back soon, whether {@code run} is through or not; somebody works for it by then. */
  void await(RequestRun run, Workers workers) {
    if (credit > 0 || ++probes % PROBE == 0) {
      long start = System.nanoTime();
      if (isThroughByYielding(run, workers, start)) {
        credit = Math.min(CREDIT, credit + 1);
        return;
      }
      credit = System.nanoTime() - start < LONGEST ? Math.max(0, credit - COST) : 0;
    }
    if (!run.hasBegun()) {
      workers.prompt(run);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint to the scheduler is all that it is
  private static boolean isThroughByYielding(RequestRun run, Workers workers, long start) {
    boolean prompted = !workers.isAnybodyAwake();
    if (prompted) {
      workers.prompt(run);
    }
    for (int i = 0; i < YIELDS; i++) {
      Thread.yield();
      if (run.afterLeave() >= 0) {
        return true;
      }
      long time = System.nanoTime() - start;
      if (time > LONGEST || run.deadline.remainingNanos() <= 0) {
        return false;
      }
      if (time > ON_ITS_WAY && !prompted && !run.hasBegun()) {
        workers.prompt(run);
        prompted = true;
      }
    }
    return false;
  }
}
