package io.github.deadlinefilter.demo;

/**
 * Waits for an HTTP service. The client has no timeout of its own, which is the fault that the demo
 * is about; an interrupt ends the wait.
 *
 * <p>Mapped twice: as {@code /http}, and as {@code /baseline}, which the filter's routes except.
 */
public final class HttpView extends FunctionView {
  private static final long serialVersionUID = 1L;

  /** Called by the container. */
  public HttpView() {
    super("http", new SlowHttp(SlowHttp.patientClient()));
  }
}
