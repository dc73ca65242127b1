package io.github.deadlinefilter;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Tells everybody who listens what becomes of each request. If nobody does, nothing is allocated.
 *
 * <p>Thread-safe. What is the filter's own is called on the thread on which it happens, the
 * application's through a {@link ListenerQueue} each. None of them can do any harm by throwing.
 */
final class Events implements AutoCloseable {
  private static final Duration SAY_EVERY = Duration.ofMinutes(1);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  /** Nobody listens. */
  static final Events NONE = new Events(List.of(), List.of());

  private final DeadlineListener[] ofStarts;
  private volatile DeadlineListener[] ofEnds;
  private volatile DeadlineListener[] ofExpiries;
  private final RateLimit failures = new RateLimit(Ticker.SYSTEM, SAY_EVERY, /* burst= */ 1);

  /**
   * @param all hear of everything
   * @param expiries hear only of what did not end in time
   */
  Events(List<? extends DeadlineListener> all, List<? extends DeadlineListener> expiries) {
    ofStarts = all.toArray(DeadlineListener[]::new);
    ofEnds = ofStarts;
    ofExpiries = Stream.concat(all.stream(), expiries.stream()).toArray(DeadlineListener[]::new);
  }

  /** {@code listener} hears of everything but the starts. Before there are requests. */
  void add(DeadlineListener listener) {
    ofEnds = and(ofEnds, listener);
    ofExpiries = and(ofExpiries, listener);
  }

  private static DeadlineListener[] and(DeadlineListener[] some, DeadlineListener more) {
    return Stream.concat(Arrays.stream(some), Stream.of(more)).toArray(DeadlineListener[]::new);
  }

  void started(RequestRun run) {
    if (ofStarts.length > 0) {
      tell(ofStarts, DeadlineListener::started, DeadlineEvent.inTime(run, null));
    }
  }

  /** In time, with or without an exception. */
  void ended(RequestRun run) {
    if (ofEnds.length > 0) {
      tell(
          ofEnds,
          run.hasCompleted() ? DeadlineListener::completed : DeadlineListener::failed,
          DeadlineEvent.inTime(run, run.failure()));
    }
  }

  /** Ended or refused, and the application did not answer. */
  void answered(RequestRun run, ExpiryReport.Answer answer) {
    if (ofExpiries.length > 0) {
      tell(
          ofExpiries,
          run.reported().isRefusal() ? DeadlineListener::refused : DeadlineListener::expired,
          DeadlineEvent.answered(run, answer));
    }
  }

  void leftLate(RequestRun run) {
    if (ofExpiries.length > 0) {
      tell(ofExpiries, DeadlineListener::leftLate, DeadlineEvent.left(run));
    }
  }

  private void tell(
      DeadlineListener[] whom,
      BiConsumer<DeadlineListener, DeadlineEvent> what,
      DeadlineEvent event) {
    for (DeadlineListener listener : whom) {
      try {
        what.accept(listener, event);
      } catch (Throwable e) { // a meter filter of the application's, for one
        if (failures.tryAcquire()) {
          LOG.log(System.Logger.Level.WARNING, "Measuring failed, on " + event, e);
        }
      }
    }
  }

  /** What has happened is told; a listener that does not come to an end is left behind. */
  @Override
  public void close() {
    for (DeadlineListener listener : ofExpiries) {
      if (listener instanceof AutoCloseable closeable) {
        try {
          closeable.close();
        } catch (Exception e) {
          LOG.log(System.Logger.Level.WARNING, listener.getClass().getName() + " stays open", e);
        }
      }
    }
  }
}
