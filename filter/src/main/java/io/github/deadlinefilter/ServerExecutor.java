package io.github.deadlinefilter;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An executor of the application server's, which is not ours to close, nor to trust with a place:
 * it may run a task in its caller and keep what that throws to itself, or drop one that it has
 * taken and tell nobody. While a task may still be run its place stays taken, however late that is,
 * so that no more of them wait in there than there are places. Once nobody can reach it any more it
 * never will be, and the garbage collector says so.
 *
 * <p>Thread-safe.
 */
final class ServerExecutor implements Workers {
  private final Executor executor;
  private final Consumer<Runnable> forgotten;
  private final Set<Given> waiting = ConcurrentHashMap.newKeySet();
  private final ReferenceQueue<Task> unreachable = new ReferenceQueue<>();
  private volatile boolean closed;

  /**
   * @param forgotten is told of each run that has been taken and will never be run
   */
  ServerExecutor(Executor executor, Consumer<Runnable> forgotten) {
    this.executor = executor;
    this.forgotten = forgotten;
  }

  /** What the executor has of a run: nobody else holds it. */
  private final class Task implements Runnable {
    private final Thread caller = Thread.currentThread();
    private final Given given;

    // Of its caller's thread.
    private boolean refused;
    private boolean handedOver;

    Task(Runnable run) {
      given = new Given(this, run, unreachable);
      waiting.add(given);
    }

    @Override
    public void run() {
      if (Thread.currentThread() == caller && !handedOver) { // where nobody would watch it
        refused = true;
        throw inItsCaller();
      }
      if (waiting.remove(given)) { // and is not run twice
        given.run.run();
      }
    }
  }

  private static final class Given extends PhantomReference<Task> {
    private final Runnable run;

    Given(Task task, Runnable run, ReferenceQueue<Task> unreachable) {
      super(task, unreachable);
      this.run = run;
    }
  }

  @Override
  public void execute(Runnable run) {
    if (closed) {
      throw new RejectedExecutionException("closed");
    }
    Task task = new Task(run);
    boolean taken = false;
    try {
      executor.execute(task);
      taken = !task.refused;
      task.handedOver = true; // a thread of the same pool may find it there when it is too late
    } finally {
      if (!taken) {
        waiting.remove(task.given);
      }
    }
    if (!taken) {
      throw inItsCaller();
    }
  }

  private static RejectedExecutionException inItsCaller() {
    return new RejectedExecutionException("the executor runs it in its caller");
  }

  @Override
  public void reclaim() {
    for (Given given = next(); given != null; given = next()) {
      // Race with a task that has begun, and whose last line needs it no more: it is out already.
      if (waiting.remove(given)) {
        forgotten.accept(given.run);
      }
    }
  }

  private @Nullable Given next() {
    return (Given) unreachable.poll();
  }

  @Override
  public void close() {
    closed = true;
  }
}
