package io.github.deadlinefilter;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes along to a worker what libraries have bound to the container thread: a trace, a logging
 * context. By Micrometer's context-propagation, if the class loader of this filter has that; else
 * nothing.
 *
 * <p>Thread-safe.
 */
final class ContextHandover {
  /** Takes nothing along. */
  static final ContextHandover NONE = new ContextHandover(null);

  private static final String LIBRARY = "io.micrometer.context.ContextSnapshotFactory";
  private static final String CAPTURE = "io.github.deadlinefilter.micrometer.ContextCapture";

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
    Object made = OptionalLibrary.bind(LIBRARY, CAPTURE);
    return made == null ? NONE : new ContextHandover((Supplier<Supplier<Runnable>>) made);
  }

  /** What the calling container thread has; null if nothing is to be taken along. */
  @Nullable Supplier<Runnable> capture() {
    return capture == null ? null : capture.get();
  }
}
