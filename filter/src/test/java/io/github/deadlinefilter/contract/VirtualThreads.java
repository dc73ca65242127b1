package io.github.deadlinefilter.contract;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads by reflection: the tests are compiled for Java 17. */
public final class VirtualThreads {
  private VirtualThreads() {}

  public static boolean supported() {
    return Runtime.version().feature() >= 21;
  }

  /** A new one, not started. */
  static Thread named(String name, Runnable task) throws ReflectiveOperationException {
    Class<?> builder = Class.forName("java.lang.Thread$Builder");
    Object named =
        builder
            .getMethod("name", String.class)
            .invoke(Thread.class.getMethod("ofVirtual").invoke(null), name);
    return (Thread) builder.getMethod("unstarted", Runnable.class).invoke(named, task);
  }

  /** Whether the calling thread is a virtual one. */
  public static boolean isCurrent() {
    try {
      return supported()
          && (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("Thread.isVirtual", impossible);
    }
  }

  /** One new virtual thread for each task, and the number of tasks that run. Thread-safe. */
  static final class Counted implements Executor, AutoCloseable {
    private final ExecutorService threads = newThreadPerTask();
    private final AtomicInteger running = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
      threads.execute(
          () -> {
            running.incrementAndGet();
            try {
              task.run();
            } finally {
              running.decrementAndGet();
            }
          });
    }

    int running() {
      return running.get();
    }

    /** Interrupts what still runs, and does not wait for it. */
    @Override
    public void close() {
      threads.shutdownNow();
    }

    private static ExecutorService newThreadPerTask() {
      try {
        return (ExecutorService)
            Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      } catch (ReflectiveOperationException absent) {
        throw new IllegalStateException(
            "This JVM has no virtual threads: " + Runtime.version(), absent);
      }
    }
  }
}
