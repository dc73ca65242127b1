package io.github.deadlinefilter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * Who won, the chain or the clock, and who is inside: one word for each request, changed only here.
 *
 * <pre>
 *            worker            worker, async open                app: dispatch()
 *   NEW ------------> RUNNING ------------------> ASYNC -----------------------> DISPATCHED
 *                      |   ^                        | app: complete()               |
 *                      |   |                        | container: onError/onTimeout  |
 *                      |   +------------------------|-------------------------------+ worker
 *                      | worker, no async           v
 *                      |   ever started           ENDING  (in time; still open for listeners)
 *                      v                            | container: onComplete
 *                   CLOSING &lt;-----------------------+
 *                      | nobody inside: container thread
 *                      v
 *                    DONE
 *
 *   NEW, RUNNING, ASYNC, DISPATCHED, CLOSING
 *                      | clock (container thread, or the timer's side)
 *                      v
 *                   EXPIRED ---- nobody inside: container thread ----------------&gt; OVER (clean answer)
 *                      | answerer, grace is over
 *                      v
 *                  ANSWERING --- answerer ---&gt; PARKED --- last one out ----------&gt; OVER (complete())
 * </pre>
 *
 * <p>Beside the phase, the word counts what is inside: the worker itself and every guarded call
 * that has passed the fence and not yet come back, by kind. That replaces locks: an expiry closes
 * the fence and then waits for the count of writes to become zero, so no lock is ever held over
 * blocking I/O or where the container calls back, and a write that does not come back within a few
 * milliseconds is known to be blocked on its client. "The worker has left" is a count of zero, so a
 * thread that the application started and that is still inside a container call counts as well.
 *
 * <p>What each call does from every other phase: {@link #enter} is refused in all phases from
 * CLOSING on; {@link #begin}, {@link #tryExpire} and the other transitions return false (or the
 * phase they found) and change nothing. All methods may be called from any thread; none blocks.
 */
abstract class RunState {

  // The order matters: up to and including ENDING the fence is open; from EXPIRED on the clock won.
  static final int NEW = 0;
  static final int RUNNING = 1;
  static final int ASYNC = 2;
  static final int DISPATCHED = 3;
  static final int ENDING = 4;
  static final int CLOSING = 5;
  static final int DONE = 6;
  static final int EXPIRED = 7;
  static final int ANSWERING = 8;
  static final int PARKED = 9;
  static final int OVER = 10;

  private static final List<String> PHASES =
      List.of(
          "new",
          "running",
          "async",
          "dispatched",
          "ending",
          "closing",
          "done",
          "expired",
          "answering",
          "parked",
          "over");

  /** What is inside, one unit of its own count each. */
  static final long CALL = 1L;

  static final long READ = 1L << 15;
  static final long WRITE = 1L << 30;

  /** May add to the head of the response, and may wait for others than the client. */
  static final long HEAD = 1L << 45;

  private static final long COUNTS = (1L << 56) - 1;
  private static final long READS = WRITE - READ;
  private static final long WRITES = HEAD - WRITE;
  private static final long HEADS = COUNTS + 1 - HEAD;

  /** The application started an asynchronous cycle and neither completed nor dispatched it. */
  private static final long ASYNC_OPEN = 1L << 56;

  /** It called dispatch() while its worker was still inside. */
  private static final long DISPATCH_CALLED = 1L << 57;

  /** It started an asynchronous cycle at least once: the container will call onComplete. */
  private static final long ASYNC_EVER = 1L << 58;

  /** Nobody was inside any more when the direct answer was decided on. */
  private static final long ANSWERED_ALONE = 1L << 59;

  private static final int PHASE_SHIFT = 60;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(RunState.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long word;

  private static int phaseOf(long word) {
    return (int) (word >>> PHASE_SHIFT);
  }

  private static long at(long word, int phase) {
    return (word & ((1L << PHASE_SHIFT) - 1)) | ((long) phase << PHASE_SHIFT);
  }

  private static boolean quiet(long word) {
    return (word & COUNTS) == 0;
  }

  private boolean cas(long from, long to) {
    return WORD.compareAndSet(this, from, to);
  }

  final int phase() {
    return phaseOf(word);
  }

  /** For people: the phase, and whether anybody is inside. */
  @Override
  public String toString() {
    long w = word;
    return "phase=" + PHASES.get(phaseOf(w)) + " inside=" + !quiet(w);
  }

  /** The worker of this pass has gone in, or never will. */
  final boolean hasBegun() {
    int phase = phase();
    return phase != NEW && phase != DISPATCHED;
  }

  /** Whether the clock has won. Once true, true for ever. */
  final boolean isExpired() {
    return phase() >= EXPIRED;
  }

  /** Nothing more is to come of the run, unless a dispatch that was called brings it back. */
  final boolean isEnded() {
    int phase = phase();
    return phase == CLOSING || phase == DONE || phase == OVER;
  }

  /** Nobody is inside: neither a worker nor a guarded call of any other thread. */
  final boolean isQuiet() {
    return quiet(word);
  }

  final boolean isWriting() {
    return (word & WRITES) != 0;
  }

  /** A call is inside that may move the bytes of a body. */
  final boolean isTransferring() {
    return (word & (READS | WRITES)) != 0;
  }

  /** A call is inside that may yet change the head of the response. */
  final boolean isChangingHead() {
    return (word & (WRITES | HEADS)) != 0;
  }

  /** Of the calls that {@link #isChangingHead} counts, one is inside that is no write. */
  final boolean isHeading() {
    return (word & HEADS) != 0;
  }

  final boolean isReading() {
    return (word & READS) != 0;
  }

  /** The application has an asynchronous cycle open that an expiry may adopt. */
  final boolean isAsyncOpen() {
    return (word & ASYNC_OPEN) != 0;
  }

  /** The application started asynchronous processing at least once in this run. */
  final boolean isAsyncEver() {
    return (word & ASYNC_EVER) != 0;
  }

  /** dispatch() was called in a pass that has not ended: the container will bring it back. */
  final boolean isDispatchCalled() {
    return (word & DISPATCH_CALLED) != 0;
  }

  // ---- the fence: any thread of the application

  /** Passes the fence if it is open. Every true owes one {@link #exit} with the same unit. */
  final boolean enter(long unit) {
    long w = word;
    while (phaseOf(w) <= ENDING) {
      if (cas(w, w + unit)) {
        return true;
      }
      w = word;
    }
    return false;
  }

  final void exit(long unit) {
    long w = (long) WORD.getAndAdd(this, -unit) - unit;
    if (phaseOf(w) >= CLOSING) {
      movedWhileClosed();
    }
  }

  /** Something left the closed run, so that whoever waits for that has to look again. */
  abstract void movedWhileClosed();

  // ---- a pass

  /** The container has brought the request back, if it had been dispatched. */
  final void passEntered() {
    long w = word;
    while (!cas(w, w & ~DISPATCH_CALLED)) {
      w = word;
    }
  }

  /** The worker goes in. False: the clock won first, and the application must not be reached. */
  final boolean begin() {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) != NEW && phaseOf(w) != DISPATCHED) {
        return false;
      }
      if (cas(w, at(w, RUNNING) + CALL)) {
        return true;
      }
    }
  }

  /** The worker has returned from the chain. Returns the phase after that; it decides the race. */
  final int leave() {
    for (; ; ) {
      long w = word;
      long next = w - CALL;
      if (phaseOf(w) == RUNNING) {
        if ((w & ASYNC_OPEN) != 0) {
          next = at(next, ASYNC);
        } else if ((w & DISPATCH_CALLED) != 0) {
          next = at(next, DISPATCHED);
        } else {
          next = at(next, (w & ASYNC_EVER) != 0 ? ENDING : CLOSING);
        }
      }
      if (cas(w, next)) {
        return phaseOf(next);
      }
    }
  }

  // ---- the application's asynchronous cycle: any thread of the application, or a listener

  /** The container has accepted startAsync. */
  final void asyncStarted() {
    long w = word;
    while (!cas(w, w | ASYNC_OPEN | ASYNC_EVER)) {
      w = word;
    }
  }

  /**
   * What {@link #endAsync} says if the clock won first, or the request is over: the call must not
   * be made. The container may use its objects for the next request.
   */
  static final int LOST = -1;

  /** What {@link #endAsync} says if there is no open cycle: the container says what is wrong. */
  static final int UNCHANGED = -2;

  /** complete() or dispatch() is called. Returns the phase before, or LOST, or UNCHANGED. */
  final int endAsync(boolean dispatch) {
    for (; ; ) {
      long w = word;
      int phase = phaseOf(w);
      boolean again = phase == ENDING && dispatch; // out of the container's own time-out
      if (phase > ENDING) {
        return LOST;
      } else if ((w & ASYNC_OPEN) == 0 && !again) {
        return UNCHANGED;
      }
      long next = w & ~ASYNC_OPEN;
      if (phase == RUNNING) {
        next = dispatch ? next | DISPATCH_CALLED : next;
      } else {
        next = at(next, dispatch ? DISPATCHED : ENDING);
      }
      if (cas(w, next)) {
        return phase;
      }
    }
  }

  /** The container refused the call that {@code endAsync} let through in phase {@code before}. */
  final boolean undoEndAsync(int before) {
    for (; ; ) {
      long w = word;
      int phase = phaseOf(w);
      long next = (w | ASYNC_OPEN) & ~DISPATCH_CALLED;
      if (phase == DISPATCHED || phase == ENDING) {
        next = before == ENDING ? at(w, ENDING) : at(next, ASYNC);
      } else if (phase != RUNNING) {
        return false;
      }
      if (cas(w, next)) {
        return true;
      }
    }
  }

  /**
   * The container ends the cycle itself (its own timeout, an error): the clock must not win now.
   */
  final boolean containerEnds() {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) != ASYNC) {
        return phaseOf(w) < EXPIRED;
      }
      if (cas(w, at(w, ENDING))) {
        return true;
      }
    }
  }

  /** The container is through with the cycle. True: the fence is closed now and was not before. */
  final boolean close() {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) >= CLOSING) {
        return false;
      }
      if (cas(w, at(w, CLOSING))) {
        return true;
      }
    }
  }

  /** Everybody is out in time. */
  final boolean tryDone() {
    return tryQuiet(CLOSING, DONE);
  }

  // ---- the clock: the container thread while it waits for a worker, else the timer's side

  /**
   * The deadline passed. Returns the phase that it was decided in, or -1 if the chain won or that
   * phase is not among {@code phases} (bits of 1 &lt;&lt; phase). From here on no call passes the
   * fence. {@code presence} is 0 or {@link #CALL}: with it the caller counts as inside, so that
   * nobody gives the container's objects back while it looks at them.
   */
  final int tryExpire(int phases, long presence) {
    for (; ; ) {
      long w = word;
      int phase = phaseOf(w);
      // A CLOSING run that was ever asynchronous is in its container's hands already.
      if ((phases & (1 << phase)) == 0 || (phase == CLOSING && (w & ASYNC_EVER) != 0)) {
        return -1;
      }
      if (cas(w, at(w, EXPIRED) + presence)) {
        return phase;
      }
    }
  }

  /**
   * Whether the worker had left when the direct answer was decided on. It decides with the same
   * compare-and-set as {@link #leave}, so a worker is reported as left or as late, never as both.
   */
  final boolean wasAnsweredAlone() {
    return (word & ANSWERED_ALONE) != 0;
  }

  /** Nobody is inside: whoever gets this true answers, with the container's own means. */
  final boolean tryAnswerClean() {
    return tryQuiet(EXPIRED, OVER);
  }

  /** Whether nothing is inside but the caller, who entered with {@code presence}. */
  final boolean isAlone(long presence) {
    return (word & COUNTS) == presence;
  }

  /**
   * Grace is over: with true the caller answers past the worker. False: the worker has left, the
   * caller's presence has ended with this call, and the container thread answers. {@code always}:
   * answer even if nobody is inside.
   */
  final boolean tryAnswerDirect(long presence, boolean always) {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) != EXPIRED) {
        throw new IllegalStateException("answering in phase " + phaseOf(w));
      }
      boolean alone = (w & COUNTS) == presence;
      boolean direct = always || !alone;
      long next = at(alone ? w | ANSWERED_ALONE : w, ANSWERING);
      if (cas(w, direct ? next : w - presence)) {
        if (!direct) {
          movedWhileClosed();
        }
        return direct;
      }
    }
  }

  /** The caller, who is answering, counts as one more who is inside, and owes an exit of CALL. */
  final void stay() {
    if (phase() != ANSWERING) {
      throw new IllegalStateException("staying in phase " + phase());
    }
    WORD.getAndAdd(this, CALL);
  }

  /** The client is answered; the container's objects are kept until the last one is out. */
  final void parked() {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) != ANSWERING) {
        throw new IllegalStateException("parked in phase " + phaseOf(w));
      }
      if (cas(w, at(w, PARKED))) {
        return;
      }
    }
  }

  /** The last one is out of a parked run: whoever gets this true gives the objects back, once. */
  final boolean tryOver() {
    return tryQuiet(PARKED, OVER);
  }

  private boolean tryQuiet(int from, int to) {
    for (; ; ) {
      long w = word;
      if (phaseOf(w) != from || !quiet(w)) {
        return false;
      }
      if (cas(w, at(w, to))) {
        return true;
      }
    }
  }
}
