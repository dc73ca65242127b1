package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The filter's threads take nothing over from the request that happened to start them. */
class ThreadsTest {
  private static final InheritableThreadLocal<@Nullable String> USER =
      new InheritableThreadLocal<>();

  private static @Nullable String userSeenBy(ThreadFactory factory) throws Exception {
    USER.set("alice");
    try {
      FutureTask<@Nullable String> seen = new FutureTask<>(USER::get);
      factory.newThread(seen).start();
      return seen.get(10, TimeUnit.SECONDS);
    } finally {
      USER.remove();
    }
  }

  @Test
  void platform_namedDaemonWithTheApplicationsLoader() {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    ClassLoader application = new ClassLoader(before) {};
    current.setContextClassLoader(application);
    Threads threads = new Threads();
    current.setContextClassLoader(before);

    ThreadFactory factory = threads.named("deadline-x");
    Thread first = factory.newThread(() -> {});
    assertEquals("deadline-x-1", first.getName());
    assertEquals("deadline-x-2", factory.newThread(() -> {}).getName());
    assertTrue(first.isDaemon());
    assertSame(application, first.getContextClassLoader());
  }

  @Test
  void platform_inheritsNoThreadLocals() throws Exception {
    assertNull(userSeenBy(new Threads().named("x")));
  }

  @Test
  void virtual_whereTheJvmHasThem_inheritsNoThreadLocals() throws Exception {
    ThreadFactory factory = Threads.virtual("deadline-v");
    assertEquals(Runtime.version().feature() >= 21, factory != null);
    if (factory != null) {
      assertNull(userSeenBy(factory));
      assertTrue(factory.newThread(() -> {}).getName().startsWith("deadline-v-"));
    }
  }
}
