package io.github.deadlinefilter;

import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
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

  /**
   * Those that were made and somebody has: as many as the pools are large, and not more. Not
   * counted where they are started, for pools of Java 21 and later call no {@link Thread#start}.
   */
  private final Set<Thread> made = Collections.newSetFromMap(new WeakHashMap<>());

  /** A factory of platform threads called {@code name-1}, {@code name-2}, ... */
  ThreadFactory named(String name) {
    AtomicLong number = new AtomicLong();
    return task -> {
      Thread thread =
          new Thread(
              null,
              task,
              name + "-" + number.incrementAndGet(),
              /* stackSize= */ 0,
              /* inheritThreadLocals= */ false);
      thread.setDaemon(true);
      thread.setContextClassLoader(loader);
      synchronized (made) {
        made.add(thread);
      }
      return thread;
    };
  }

  /**
   * Waits until all threads that were made have ended, at most for {@code nanos}. When they have
   * nothing to do any more that is a moment, but containers look for threads right after.
   */
  void awaitEnd(long nanos) {
    long start = System.nanoTime();
    try {
      // Anew each time: one of them may have started another before it ended.
      for (Thread next = alive(); next != null; next = alive()) {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedJoin(next, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Thread alive() {
    synchronized (made) {
      return made.stream().filter(Thread::isAlive).findAny().orElse(null);
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
