package io.github.deadlinefilter.demo;

/** A backend that is not there or answered wrongly; the message is fit for the client. */
final class BackendFailure extends Exception {
  private static final long serialVersionUID = 1L;

  BackendFailure(String message) {
    super(message);
  }

  /** The cause is for the log: of the backend's own words the client gets none. */
  BackendFailure(BackendSetting setting, Throwable cause) {
    super(
        "the backend of " + setting.variable() + " failed: " + cause.getClass().getSimpleName(),
        cause);
  }

  /** One line, with the first of the cause's. */
  String forTheLog() {
    String cause = getCause() == null ? null : getCause().getMessage();
    return getMessage() + (cause == null ? "" : ": " + cause.lines().findFirst().orElse(""));
  }
}
