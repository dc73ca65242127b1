package io.github.deadlinefilter;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes along to a worker what libraries have bound to the container thread: a trace, a logging
 * context. By Micrometer's context-propagation, if the class loader of this filter has that; else
 * nothing.
 *
 * <p>Thread-safe. What binds to a library is in a package of its own, and only the JDK's types are
 * between them.
 */
final class ContextHandover {
  /** Takes nothing along. */
  static final ContextHandover NONE = new ContextHandover(null);

  private static final String LIBRARY = "io.micrometer.context.ContextSnapshotFactory";
  private static final String CAPTURE = "io.github.deadlinefilter.micrometer.ContextCapture";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final @Nullable Supplier<Supplier<Runnable>> capture;

  /**
   * @param capture called on a container thread; what it returns is called on the worker, and what
   *     that returns there, too, when it is through. None of them throws
   */
  ContextHandover(@Nullable Supplier<Supplier<Runnable>> capture) {
    this.capture = capture;
  }

  @SuppressWarnings("unchecked")
  static ContextHandover ofThisClassPath() {
    ClassLoader loader = ContextHandover.class.getClassLoader();
    try {
      Class.forName(LIBRARY, /* initialize= */ false, loader);
    } catch (ClassNotFoundException e) {
      return NONE;
    }
    try {
      Object made = Class.forName(CAPTURE, true, loader).getDeclaredConstructor().newInstance();
      return new ContextHandover((Supplier<Supplier<Runnable>>) made);
    } catch (ReflectiveOperationException | LinkageError e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "This version of Micrometer's context-propagation is not known, and not used",
          e);
      return NONE;
    }
  }

  /** What the calling container thread has; null if nothing is to be taken along. */
  @Nullable Supplier<Runnable> capture() {
    return capture == null ? null : capture.get();
  }
}
