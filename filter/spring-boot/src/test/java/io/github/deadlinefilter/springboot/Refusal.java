package io.github.deadlinefilter.springboot;

/** {@link FailureAdvice} makes an answer of it. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  Refusal(String message) {
    super(message);
  }
}
