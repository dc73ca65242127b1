package io.github.deadlinefilter.demo;

/**
 * Something real that takes as long as it is asked to, and blocks its thread meanwhile: what the
 * views and the approaches have in common. Called from any number of threads.
 *
 * <p>It looks at no deadline by itself.
 */
interface SlowFunction extends AutoCloseable {
  /** For those who have nothing to do between the steps. */
  Runnable NOTHING = () -> {};

  /**
   * Takes as long as asked.
   *
   * @param betweenSteps called before and after the step that blocks. What it throws ends the
   *     function in good order
   */
  void run(Delay delay, Runnable betweenSteps) throws BackendFailure, InterruptedException;

  /** The application ends: what is still running is to end soon, as far as it can be told to. */
  @Override
  default void close() {}
}
