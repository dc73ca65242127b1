package io.github.deadlinefilter.http;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** Calls that are to end with their deadline, which interrupts nobody. */
final class Timed {
  static final Duration LIMIT = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(20);

  private Timed() {}

  /** What {@code call} throws, at the deadline and no sooner. */
  static <X extends Throwable> X late(Class<X> type, Executable call) {
    long begin = System.nanoTime();
    try (DeadlineScope scope = Deadline.within(LIMIT, Enforcement.COOPERATE)) {
      X thrown = assertThrows(type, call);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(scope.isExpired(), "ended before, with " + thrown);
      assertTrue(took.compareTo(LIMIT.plus(SOON)) < 0, () -> "it took " + took);
      return thrown;
    }
  }

  /** {@code thrown} or a cause of it is a timeout that tells of the deadline. */
  static void assertTimeout(Throwable thrown) {
    Throwable cause = thrown;
    while (!(cause instanceof HttpTimeoutException)) {
      assertTrue(cause.getCause() != null, () -> "no timeout in " + thrown);
      cause = cause.getCause();
    }
    List<Throwable> suppressed = List.of(cause.getSuppressed());
    assertTrue(
        suppressed.stream().anyMatch(t -> t instanceof DeadlineExceededException),
        () -> "it does not tell of the deadline: " + thrown);
  }
}
