package io.github.deadlinefilter.demo.run;

/** Why the demo cannot run; the message is all that its user is told. */
final class CannotStart extends Exception {
  private static final long serialVersionUID = 1L;

  CannotStart(String message) {
    super(message);
  }
}
