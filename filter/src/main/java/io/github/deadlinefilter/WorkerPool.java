package io.github.deadlinefilter;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * At most so many platform threads, which end after half a minute without work.
 *
 * <p>What is given to a pool is as a rule done before a thread that sleeps would have been woken
 * for it, and waking one costs more than the filter's whole work. So nobody is woken by {@link
 * #execute}: a worker that comes out of one run looks for the next, and gives its processor away a
 * few times before it goes to sleep. Whoever has something waiting has it {@link #prompt prompted}
 * if that does not begin at once.
 *
 * <p>Races. <b>A worker that goes to sleep, and a run that comes:</b> the worker stands among the
 * idle before it looks into the queue for the last time, and whoever prompts has put the run there
 * before it looks for somebody idle. <b>A worker that is woken for one run, and another run that
 * came before it and that nobody has prompted yet:</b> the worker is given the one that it is woken
 * for. If it took the other, whoever waits for that would see it begun and wake nobody, and the
 * first would wait for the next worker that leaves.
 */
final class WorkerPool implements Workers {
  /** How often a worker without work gives its processor away before it goes to sleep. */
  private static final int YIELDS = 3;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ThreadFactory threads;
  private final int most;
  private final long idleNanos;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  private volatile boolean closed;

  // Guarded by this.
  private final Deque<Worker> idle = new ArrayDeque<>();
  private int alive;

  /** Of those alive the ones that are not among the idle. Written under the monitor. */
  private volatile int awake;

  WorkerPool(ThreadFactory threads, int most) {
    this(threads, most, TimeUnit.SECONDS.toNanos(30));
  }

  /**
   * @param idleNanos how long a thread stays without work
   */
  WorkerPool(ThreadFactory threads, int most, long idleNanos) {
    this.threads = threads;
    this.most = most;
    this.idleNanos = idleNanos;
  }

  @Override
  public void execute(Runnable run) {
    if (!closed) {
      queue.add(run);
      // Race with close(): the last worker may have gone.
      if (!closed || !queue.remove(run)) {
        return;
      }
    }
    throw new RejectedExecutionException("closed");
  }

  @Override
  public boolean isAnybodyAwake() {
    return awake > 0;
  }

  /** Gives the run itself to whoever is woken: another may be waiting that nobody prompts. */
  @Override
  public void prompt(Runnable run) {
    Worker woken;
    Thread started = null;
    synchronized (this) {
      if ((idle.isEmpty() && alive >= most) || !queue.remove(run)) {
        return; // the first that is not busy any more finds it, or somebody has it
      }
      woken = idle.poll();
      awake++;
      if (woken != null) {
        woken.isIdle = false;
        woken.given = run;
      } else {
        Worker worker = new Worker();
        worker.given = run;
        started = threads.newThread(worker);
        worker.thread = started;
        alive++;
      }
    }
    if (woken != null) {
      LockSupport.unpark(woken.thread);
    } else if (started != null) {
      start(started);
    }
  }

  private void start(Thread started) {
    try {
      started.start();
    } catch (Throwable t) { // the system has no thread left to give
      gone();
      throw t;
    }
  }

  private synchronized void gone() {
    alive--;
    awake--;
  }

  @Override
  public void close() {
    Worker[] sleeping;
    synchronized (this) {
      closed = true;
      sleeping = idle.toArray(Worker[]::new);
    }
    for (Worker worker : sleeping) {
      LockSupport.unpark(worker.thread);
    }
  }

  private final class Worker implements Runnable {
    @Nullable Thread thread;

    // Guarded by the pool.

    /** Among the idle. */
    boolean isIdle;

    /** What it is to run next, whatever is in the queue. */
    @Nullable Runnable given;

    @Override
    public void run() {
      boolean inOrder = false;
      try {
        boolean goesOn = true;
        while (goesOn) {
          goesOn = runNext();
        }
        inOrder = true;
      } finally {
        if (!inOrder) {
          gone();
        }
      }
    }

    /** False: there is nothing to do any more, and the thread ends. */
    private boolean runNext() {
      Runnable next = next();
      if (next == null) {
        return false;
      }
      if (Thread.interrupted()) { // by the application that was here before
        LOG.log(System.Logger.Level.DEBUG, "A worker was left interrupted");
      }
      try {
        next.run();
      } catch (Throwable t) {
        LOG.log(System.Logger.Level.ERROR, "A worker failed", t);
      }
      return true;
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint to the scheduler is all that it is
    private @Nullable Runnable next() {
      while (true) {
        Runnable mine = takeGiven();
        if (mine != null) {
          return mine;
        }
        for (int i = 0; i <= YIELDS; i++) {
          Runnable next = queue.poll();
          if (next != null) {
            return next;
          }
          Thread.yield();
        }
        if (!sleep()) {
          return null;
        }
      }
    }

    private @Nullable Runnable takeGiven() {
      synchronized (WorkerPool.this) {
        Runnable mine = given;
        given = null;
        return mine;
      }
    }

    /** Comes back when there may be something to do. False: it is to end. */
    private boolean sleep() {
      synchronized (WorkerPool.this) {
        if (closed && queue.isEmpty()) {
          gone();
          return false;
        }
        idle.push(this);
        isIdle = true;
        awake--;
      }
      long start = System.nanoTime();
      while (true) {
        long left = idleNanos - (System.nanoTime() - start);
        if (queue.isEmpty() && left > 0 && !closed) {
          LockSupport.parkNanos(WorkerPool.this, left);
        }
        if (Thread.interrupted()) { // or it would not sleep
          LOG.log(System.Logger.Level.DEBUG, "An idle worker was interrupted");
        }
        synchronized (WorkerPool.this) {
          if (!isIdle) {
            return true; // prompted
          }
          boolean ends = closed || idleNanos - (System.nanoTime() - start) <= 0;
          if (ends || !queue.isEmpty()) {
            idle.remove(this);
            isIdle = false;
            awake++;
            if (ends && queue.isEmpty()) {
              gone();
              return false;
            }
            return true;
          }
        }
      }
    }
  }
}
