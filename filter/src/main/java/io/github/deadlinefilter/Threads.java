package io.github.deadlinefilter;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes the threads of one filter: daemons, named, without inherited thread-locals of whatever
 * request happened to start them, and with the application's class loader.
 */
final class Threads {
  private static final @Nullable Method IS_VIRTUAL = isVirtualMethod();

  private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

  /** Those that were made and have not ended: as many as the pools are large, and not more. */
  private final Set<Thread> living = ConcurrentHashMap.newKeySet();

  /** A factory of platform threads called {@code name-1}, {@code name-2}, ... */
  ThreadFactory named(String name) {
    AtomicLong number = new AtomicLong();
    return task -> {
      Thread thread = new Counted(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      thread.setContextClassLoader(loader);
      return thread;
    };
  }

  private final class Counted extends Thread {
    Counted(Runnable task, String name) {
      super(null, task, name, /* stackSize= */ 0, /* inheritThreadLocals= */ false);
    }

    /** One that the system does not start is not among the living. */
    @Override
    public synchronized void start() {
      super.start();
      living.removeIf(other -> other.getState() == State.TERMINATED);
      living.add(this);
    }
  }

  /**
   * Waits until all threads that were made have ended, at most for {@code nanos}. When they have
   * nothing to do any more that is a moment, but containers look for threads right after.
   */
  void awaitEnd(long nanos) {
    long start = System.nanoTime();
    try {
      for (Thread thread : living) {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return;
        }
        if (thread.isAlive()) {
          TimeUnit.NANOSECONDS.timedJoin(thread, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether {@code thread} is virtual, which none is before Java 21. */
  static boolean isVirtual(Thread thread) {
    try {
      return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invoke(thread);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Method isVirtualMethod() {
    try {
      return Thread.class.getMethod("isVirtual");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /**
   * A factory of virtual threads, by reflection because the jar is compiled for Java 17.
   *
   * @return null if this JVM has none (before Java 21)
   */
  static @Nullable ThreadFactory virtual(String name) {
    try {
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      builder = type.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
      Method inherit = type.getMethod("inheritInheritableThreadLocals", boolean.class);
      builder = inherit.invoke(builder, false);
      return (ThreadFactory) type.getMethod("factory").invoke(builder);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
