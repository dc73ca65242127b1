package io.github.deadlinefilter.micrometer;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.function.Supplier;

/**
 * Takes everything along to a worker that is registered with Micrometer's context-propagation: MDC,
 * observations, whatever an application adds. Made by the filter itself where that library is.
 *
 * <p>Whatever an accessor of somebody else's throws, no worker is lost for that and nothing of one
 * request stays on it: the thread-locals are cleared then. Thread-safe.
 */
public final class ContextCapture implements Supplier<Supplier<Runnable>> {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ContextRegistry registry = ContextRegistry.getInstance();
  private final ContextSnapshotFactory factory =
      ContextSnapshotFactory.builder().contextRegistry(registry).build();

  /** Needs the library. */
  public ContextCapture() {}

  /**
   * Captures what the calling thread has.
   *
   * @return binds that to the thread that calls it, and returns what takes it off again; none of
   *     them throws
   */
  @Override
  public Supplier<Runnable> get() {
    ContextSnapshot snapshot;
    try {
      snapshot = factory.captureAll();
    } catch (Throwable e) {
      say("The context of a request was not captured", e);
      return () -> () -> {};
    }
    return () -> bind(snapshot);
  }

  private Runnable bind(ContextSnapshot snapshot) {
    ContextSnapshot.Scope scope;
    try {
      scope = snapshot.setThreadLocals();
    } catch (Throwable e) {
      clear();
      say("The context of a request was not taken along to its worker", e);
      return () -> {};
    }
    return () -> {
      try {
        scope.close();
      } catch (Throwable e) {
        say("The context of a request was not taken off its worker in order", e);
      }
      clear(); // what the application has bound besides
    };
  }

  /** Whoever has set what: the next request of this thread begins with nothing. */
  private void clear() {
    for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
      try {
        accessor.setValue();
      } catch (Throwable e) {
        say("A thread-local was not cleared", e);
      }
    }
  }

  private static void say(String what, Throwable why) {
    LOG.log(System.Logger.Level.WARNING, what, why);
  }
}
