package io.github.deadlinefilter;

import static io.github.deadlinefilter.Admission.Outcome.ADMITTED;
import static io.github.deadlinefilter.Admission.Outcome.EXPIRED;
import static io.github.deadlinefilter.Admission.Outcome.QUEUE_FULL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Admission.Outcome;
import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who may go to a worker, who waits, who is turned away. */
class AdmissionTest {
  private final ManualTicker ticker = new ManualTicker();

  private RequestDeadline deadline() {
    return new RequestDeadline(
        new ManualClockwork(ticker, Runnable::run), "r", Duration.ofMinutes(1).toNanos());
  }

  /** A thread in {@link Admission#enter}; {@link #start} returns when it waits there. */
  private static final class Waiter {
    final FutureTask<Outcome> outcome;
    final Thread thread;

    Waiter(Admission admission, Deadline deadline, Runnable then) {
      outcome =
          new FutureTask<>(
              () -> {
                Outcome came = admission.enter(deadline);
                then.run();
                return came;
              });
      thread = new Thread(outcome, "waiter");
    }

    Waiter start() throws Exception {
      thread.start();
      Gate.eventually(() -> thread.getState() == Thread.State.TIMED_WAITING, "it waits");
      return this;
    }

    Outcome get() throws Exception {
      return outcome.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void full_queueBounded() throws Exception {
    Admission admission = new Admission(1, 1);
    assertEquals(ADMITTED, admission.enter(deadline()));
    Waiter waiter = new Waiter(admission, deadline(), () -> {}).start();
    assertEquals(QUEUE_FULL, admission.enter(deadline()));
    assertEquals(QUEUE_FULL, admission.enter(deadline()), "a refusal takes no place");
    admission.leave();
    assertEquals(ADMITTED, waiter.get());
    Waiter next = new Waiter(admission, deadline(), () -> {}).start();
    admission.leave();
    assertEquals(ADMITTED, next.get());
  }

  @Test
  void noQueue_refusedAtOnce() {
    Admission admission = new Admission(1, 0);
    assertEquals(ADMITTED, admission.enter(deadline()));
    assertEquals(QUEUE_FULL, admission.enter(deadline()));
    admission.leave();
    assertEquals(ADMITTED, admission.enter(deadline()));
  }

  @Test
  void waiting_firstComeFirstServed() throws Exception {
    Admission admission = new Admission(1, 10);
    assertEquals(ADMITTED, admission.enter(deadline()));
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Waiter> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      waiters.add(
          new Waiter(
                  admission,
                  deadline(),
                  () -> {
                    order.add(number);
                    admission.leave();
                  })
              .start());
    }
    admission.leave();
    for (Waiter waiter : waiters) {
      assertEquals(ADMITTED, waiter.get());
    }
    assertEquals(List.of(0, 1, 2, 3, 4), order);
  }

  @Test
  void expiredInTheQueue() {
    Admission admission = new Admission(1, 1);
    assertEquals(ADMITTED, admission.enter(deadline()));
    Deadline late = deadline();
    ticker.advance(Duration.ofMinutes(2));
    assertEquals(EXPIRED, admission.enter(late));
    assertEquals(EXPIRED, admission.enter(late), "its place is free again");
  }

  @Test
  void interruptBefore_isKept() {
    Admission admission = new Admission(1, 1);
    Thread.currentThread().interrupt();
    Outcome outcome = admission.enter(deadline());
    assertTrue(Thread.interrupted());
    assertEquals(ADMITTED, outcome);
  }

  @Test
  void interruptWhileWaiting_goesOnWaitingAndIsKept() throws Exception {
    Admission admission = new Admission(1, 1);
    assertEquals(ADMITTED, admission.enter(deadline()));
    List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
    Waiter waiter =
        new Waiter(admission, deadline(), () -> interrupted.add(Thread.interrupted())).start();
    waiter.thread.interrupt();
    Gate.eventually(
        () ->
            !waiter.thread.isInterrupted()
                && waiter.thread.getState() == Thread.State.TIMED_WAITING,
        "it waits again");
    admission.leave();
    assertEquals(ADMITTED, waiter.get());
    assertEquals(List.of(true), interrupted);
  }

  @Test
  void opened_everybodyGoesOn() throws Exception {
    Admission admission = new Admission(1, 10);
    assertEquals(ADMITTED, admission.enter(deadline()));
    Waiter first = new Waiter(admission, deadline(), () -> {}).start();
    Waiter second = new Waiter(admission, deadline(), () -> {}).start();
    admission.open();
    assertEquals(ADMITTED, first.get());
    assertEquals(ADMITTED, second.get());
  }

  /** By this deadline's own clock nothing has passed, however long it has waited. */
  @Test
  void stillTimeLeftWhenItHasWaited_itWaitsOn() throws Exception {
    Admission admission = new Admission(1, 1);
    assertEquals(ADMITTED, admission.enter(deadline()));
    AtomicInteger looks = new AtomicInteger();
    ManualTicker counting =
        new ManualTicker() {
          @Override
          public long nanos() {
            looks.incrementAndGet();
            return super.nanos();
          }
        };
    Deadline extended =
        new RequestDeadline(
            new ManualClockwork(counting, Runnable::run), "r", Duration.ofMillis(1).toNanos());
    Waiter waiter = new Waiter(admission, extended, () -> {});
    waiter.thread.start();
    Gate.eventually(() -> looks.get() > 10, "it has waited more than once");
    admission.leave();
    assertEquals(ADMITTED, waiter.get());
  }
}
