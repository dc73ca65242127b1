package io.github.deadlinefilter.demo;

/** A view around a {@link SlowFunction}, which it has for itself. */
abstract class FunctionView extends SlowView {
  private static final long serialVersionUID = 1L;

  private final String slow;
  private final transient SlowFunction function;

  FunctionView(String slow, SlowFunction function) {
    this.slow = slow;
    this.function = function;
  }

  @Override
  final String slow() {
    return slow;
  }

  @Override
  final void work(Delay delay) throws BackendFailure, InterruptedException {
    function.run(delay, SlowFunction.NOTHING);
  }

  @Override
  public final void destroy() {
    function.close();
  }
}
