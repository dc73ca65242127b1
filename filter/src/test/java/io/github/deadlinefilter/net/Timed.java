package io.github.deadlinefilter.net;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** Calls that are to end with their deadline, on platform threads that nobody interrupts. */
final class Timed {
  private static final Duration LIMIT = Duration.ofMillis(600);
  private static final Duration SOON = Duration.ofSeconds(20);

  private Timed() {}

  /** {@code call} ends with its deadline, and says so. */
  static void assertLate(Executable call) {
    long begin = System.nanoTime();
    try (DeadlineScope scope = Deadline.within(LIMIT, Enforcement.COOPERATE)) {
      // A timeout; or a refusal, where the end came between two writes or reads of the call.
      assertTellsOfTheDeadline(assertThrows(IOException.class, call));
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(scope.isExpired(), "ended before");
      assertTrue(took.compareTo(LIMIT.plus(SOON)) < 0, () -> "it took " + took);
    }
  }

  /**
   * {@code call} does not begin, and says so in a way that nobody takes for a wait to go on with.
   */
  static void assertRefused(Executable call) {
    SocketException thrown = assertThrows(SocketException.class, call);
    assertTellsOfTheDeadline(thrown);
  }

  /** {@code call} fails as drivers expect it of a timeout, and tells of the deadline. */
  static void assertTimeout(Executable call) {
    assertTellsOfTheDeadline(assertThrows(SocketTimeoutException.class, call));
  }

  private static void assertTellsOfTheDeadline(Throwable thrown) {
    assertTrue(
        List.of(thrown.getSuppressed()).stream()
            .anyMatch(t -> t instanceof DeadlineExceededException),
        () -> "it does not tell of the deadline: " + thrown);
  }
}
