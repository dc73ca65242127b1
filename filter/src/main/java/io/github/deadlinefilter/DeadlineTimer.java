package io.github.deadlinefilter;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs something short at a deadline that no waiting thread watches: a request in asynchronous
 * mode, or one that runs on its container thread. Nearly all of these are cancelled before, so what
 * counts is that setting and cancelling one costs the same however many there are.
 *
 * <p>A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): a slot for each tick, in which the
 * alarms of that tick stand, those of later rounds among them. Unlike most wheels it does not turn
 * by itself: its thread sleeps until the first alarm is due, to the nanosecond, or for a round, so
 * that it costs next to nothing where nothing rings, and ticks only say in which slot to look.
 *
 * <p>One daemon thread, started with the first alarm. What it runs must not block. A cancelled
 * alarm leaves the wheel at once, so that nothing of a finished request is kept.
 *
 * <p>Races. <b>An alarm against the turning hand:</b> {@link #hand} moves before its thread looks
 * into the slots that it has passed. Whoever has put an alarm into a slot looks at the hand
 * afterwards; if that has passed the slot, the alarm is put once more, into the one at the hand,
 * which its thread always looks into again. <b>An alarm against the thread that goes to sleep:</b>
 * {@link #wakesAt} says that everybody is to wake the thread from before it looks for the first
 * alarm until it knows which that is, and it sleeps with a permit that such a call leaves.
 */
final class DeadlineTimer implements AutoCloseable {
  private static final int SLOTS = 2048;

  /** A tick is 2^21 nanoseconds, about 2 ms, and a round about 4 s. */
  private static final int TICK_SHIFT = 21;

  private static final long ROUND = (long) SLOTS << TICK_SHIFT;

  /** Of {@link #wakesAt}: everybody is to wake the thread. */
  private static final long AWAKE = Long.MAX_VALUE;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** What {@link #in} gave: to be cancelled when it is needed no more. */
  static final class Alarm {
    private final Runnable task;
    private final long due;

    /** Written under the monitor of the slot that it comes into or leaves. */
    private volatile @Nullable Slot slot;

    // Guarded by the slot.
    private @Nullable Alarm before;
    private @Nullable Alarm after;

    private Alarm(Runnable task, long due) {
      this.task = task;
      this.due = due;
    }

    /** It will not ring, unless it is ringing. Idempotent, from any thread. */
    void cancel() {
      for (Slot in = slot; in != null; in = slot) {
        if (in.remove(this)) {
          return;
        }
      }
    }
  }

  /** The alarms of one tick, in no order. Its monitor guards their links. */
  private static final class Slot {
    private @Nullable Alarm first;

    synchronized void add(Alarm alarm) {
      Alarm next = first;
      alarm.after = next;
      if (next != null) {
        next.before = alarm;
      }
      first = alarm;
      alarm.slot = this;
    }

    /** False: it is not here any more. */
    synchronized boolean remove(Alarm alarm) {
      if (alarm.slot != this) {
        return false;
      }
      unlink(alarm);
      return true;
    }

    private void unlink(Alarm alarm) {
      Alarm previous = alarm.before;
      Alarm next = alarm.after;
      if (previous == null) {
        first = next;
      } else {
        previous.after = next;
      }
      if (next != null) {
        next.before = previous;
      }
      alarm.before = null;
      alarm.after = null;
      alarm.slot = null;
    }

    /** Takes out what is due, linked by {@link Alarm#after}; null if nothing is. */
    synchronized @Nullable Alarm takeDue(long now) {
      Alarm due = null;
      Alarm next;
      for (Alarm alarm = first; alarm != null; alarm = next) {
        next = alarm.after;
        if (alarm.due <= now) {
          unlink(alarm);
          alarm.after = due;
          due = alarm;
        }
      }
      return due;
    }

    /** When the first is due of those that are due before {@code end}; {@code end} if none is. */
    synchronized long firstDue(long end) {
      long earliest = end;
      for (Alarm alarm = first; alarm != null; alarm = alarm.after) {
        earliest = Math.min(earliest, alarm.due);
      }
      return earliest;
    }
  }

  private final Threads threads;
  private final Ticker ticker;

  /** All times here are since then, and so never negative. */
  private final long start;

  private final Slot[] slots = new Slot[SLOTS];

  /** The tick that the thread has come to. */
  private volatile long hand;

  /** When it will look again, if nobody wakes it; or {@link #AWAKE}. */
  private volatile long wakesAt = AWAKE;

  private volatile boolean closed;
  private volatile @Nullable Thread thread;

  DeadlineTimer(Threads threads) {
    this(threads, Ticker.SYSTEM);
  }

  /** A clock other than the machine's needs somebody who calls {@link #wake} when it has moved. */
  DeadlineTimer(Threads threads, Ticker ticker) {
    this.threads = threads;
    this.ticker = ticker;
    start = ticker.nanos();
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Slot();
    }
  }

  /**
   * Runs {@code task} in {@code nanos} unless the returned alarm is cancelled before; never, if the
   * timer is closed.
   */
  Alarm in(long nanos, Runnable task) {
    long now = now();
    long due = nanos < Long.MAX_VALUE - now ? now + Math.max(0, nanos) : Long.MAX_VALUE;
    Alarm alarm = new Alarm(task, due);
    long tick = Math.max(due >>> TICK_SHIFT, hand);
    slot(tick).add(alarm);
    for (long passed = hand; passed > tick; passed = hand) {
      tick = passed;
      Slot in = alarm.slot;
      if (in == null || !in.remove(alarm)) {
        return alarm; // it has been found in time
      }
      slot(tick).add(alarm);
    }
    if (thread == null) {
      startThread();
    } else if (due < wakesAt) {
      wake();
    }
    return alarm;
  }

  private synchronized void startThread() {
    if (thread == null && !closed) {
      Thread ringer = threads.named("deadline-timer").newThread(this::turn);
      thread = ringer; // first: who finds it in place of null wakes it
      try {
        ringer.start();
      } catch (OutOfMemoryError e) { // the next alarm tries again, and this one is in the wheel
        thread = null;
        LOG.log(System.Logger.Level.ERROR, "The system has no thread for the deadlines", e);
      }
    }
  }

  private long now() {
    return ticker.nanos() - start;
  }

  private Slot slot(long tick) {
    return slots[(int) (tick & (SLOTS - 1))];
  }

  /** Has the thread look what is due. */
  void wake() {
    LockSupport.unpark(thread);
  }

  private void turn() {
    try {
      turnOn();
    } finally {
      if (!closed) { // no memory, twice: the next alarm has another thread go on
        thread = null;
      }
    }
  }

  private void turnOn() {
    while (!closed) {
      wakesAt = AWAKE;
      ring();
      long now = now();
      long next = firstDue(now);
      wakesAt = next;
      if (next > now && !closed) {
        LockSupport.parkNanos(this, next - now);
      }
      if (Thread.interrupted()) { // or it would not sleep any more
        LOG.log(System.Logger.Level.DEBUG, "The timer was interrupted, and goes on");
      }
    }
  }

  /** Moves the hand to the time that it is, and runs what it has passed. */
  private void ring() {
    long now = now();
    long from = hand;
    long to = now >>> TICK_SHIFT;
    hand = to;
    for (long tick = Math.max(from, to - SLOTS + 1); tick <= to; tick++) {
      Alarm due = slot(tick).takeDue(now);
      while (due != null) {
        Alarm next = due.after;
        due.after = null;
        run(due.task);
        due = next;
      }
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) { // the others of its slot are not to be lost with it
      say(t);
    }
  }

  private static void say(Throwable failure) {
    try {
      LOG.log(System.Logger.Level.ERROR, "An alarm failed", failure);
    } catch (Throwable t) {
      // No memory for that either, or a log that fails: nor are they to be lost with this.
    }
  }

  /** When the first alarm is due; in a round, if none is due before that. */
  private long firstDue(long now) {
    long end = now + ROUND;
    long earliest = slot(hand).firstDue(end); // perhaps behind the hand
    for (long tick = hand + 1; tick << TICK_SHIFT < earliest; tick++) {
      earliest = slot(tick).firstDue(earliest);
    }
    return earliest;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    wake();
  }
}
