package io.github.deadlinefilter;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where the container's own threads run the chains, a stuck one is one thread less for everybody:
 * lets the container's pool grow by one for each of them, up to a limit, and shrink as they leave.
 *
 * <p>Thread-safe.
 */
final class LentThreads implements StuckWorkers.Listener {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ContainerQuirks quirks;
  private final int most;

  // Guarded by this.
  private final Map<RequestRun, Pool> lent = new HashMap<>();
  private final Set<RequestRun> without = new LinkedHashSet<>();

  private final AtomicBoolean said = new AtomicBoolean();

  /** A pool of which the largest number of threads can be changed. */
  private record Pool(Executor executor, Method getMost, Method setMost) {

    /** Null: of this kind nobody knows how to. */
    static @Nullable Pool of(@Nullable Executor executor) {
      if (executor == null) {
        return null;
      }
      for (String name : new String[] {"MaxThreads", "MaximumPoolSize"}) {
        try {
          Class<?> type = executor.getClass();
          return new Pool(
              executor, type.getMethod("get" + name), type.getMethod("set" + name, int.class));
        } catch (NoSuchMethodException e) {
          // It may have the other name.
        }
      }
      return null;
    }

    /**
     * Adds to what is set, whatever that is: an operator may have changed it.
     *
     * @return false if the pool does not let us
     */
    boolean grow(int by) {
      synchronized (executor) { // of several filters; the pools themselves have locks of their own
        try {
          int now = (Integer) getMost.invoke(executor);
          setMost.invoke(executor, now + by);
          return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
          LOG.log(System.Logger.Level.DEBUG, "The container's pool cannot be changed", e);
          return false;
        }
      }
    }

    /** Pools look at their limit when something new comes, and not at what waits already. */
    void wake() {
      try {
        executor.execute(() -> {});
      } catch (RejectedExecutionException | OutOfMemoryError e) { // or there is no thread to be had
        LOG.log(System.Logger.Level.DEBUG, "The container's pool takes nothing", e);
      }
    }
  }

  /**
   * @param most threads that are lent at a time
   */
  LentThreads(ContainerQuirks quirks, int most) {
    this.quirks = quirks;
    this.most = most;
  }

  @Override
  public void stuck(RequestRun run) {
    if (Threads.isVirtual(run.containerThread())) {
      return; // there is always one more
    }
    String missing = lendTo(run);
    if (missing != null && said.compareAndSet(false, true)) {
      Quietly.run(
          () ->
              LOG.log(
                  System.Logger.Level.WARNING,
                  "A stuck worker keeps a container thread, and "
                      + missing
                      + ": worker=pool or virtual keeps the others free"));
    }
  }

  /** Null, or why not. */
  private synchronized @Nullable String lendTo(RequestRun run) {
    if (lent.size() >= most) {
      without.add(run);
      return "no more than maxStuck (" + most + ") are made up for at a time";
    }
    Pool pool = Pool.of(quirks.executor(run.request));
    if (pool == null || !pool.grow(1)) {
      return "this container cannot be asked for one more meanwhile";
    }
    lent.put(run, pool);
    pool.wake();
    return null;
  }

  @Override
  public synchronized void left(RequestRun run) {
    Pool pool = lent.remove(run);
    if (pool == null) {
      without.remove(run);
      return;
    }
    pool.grow(-1);
    Iterator<RequestRun> next = without.iterator();
    if (next.hasNext()) { // its turn, wherever its own pool is
      RequestRun first = next.next();
      next.remove();
      lendTo(first);
    }
  }
}
