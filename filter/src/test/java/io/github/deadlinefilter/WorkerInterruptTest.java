package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Deaf;
import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a worker is interrupted that goes on, and what is known of that. */
class WorkerInterruptTest {
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final ManualTimer clock = new ManualTimer();
  private final InterruptOutcomes outcomes = new InterruptOutcomes();
  private final RateLimit stacks = new RateLimit(clock.ticker, Duration.ofSeconds(1), 10);
  private final Deaf deaf = new Deaf();
  private final RequestRun run = BareServlet.run((request, response) -> deaf.hold(), clock);
  private final Thread worker = new Thread(run);

  @AfterEach
  void end() {
    deaf.release();
    clock.close();
  }

  /** The client is answered past the worker, who has been interrupted for the first time. */
  private void expire() throws Exception {
    worker.start();
    deaf.awaitInside(1);
    assertTrue(run.tryExpire(1 << RunState.RUNNING, /* presence= */ 0) >= 0);
    run.report(ExpiryReport.of(run, "running", /* ran= */ true, List.of()));
    run.interruptBy(
        new WorkerInterrupt(
            run,
            new ContainerQuirks(),
            outcomes,
            stacks,
            new Repeats(clock.timer::in, /* everyNanos= */ 0)));
    assertTrue(run.tryAnswerDirect(/* presence= */ 0, /* always= */ true));
    awaitInterrupts(1);
  }

  /** All are swallowed, and the worker waits again, at the line where it did before. */
  private void awaitInterrupts(int number) throws Exception {
    Gate.eventually(
        () -> deaf.interrupts() == number && worker.getState() == Thread.State.TIMED_WAITING,
        number + " interrupts");
  }

  private void assertCounted(int ignored, int sent) {
    List<InterruptOutcomes.Tally> all = outcomes.list();
    assertEquals(sent == 0 ? 0 : 1, all.size(), all::toString);
    all.forEach(
        tally -> {
          assertEquals(ignored, tally.ignored(), all::toString);
          assertEquals(sent, tally.sent(), all::toString);
        });
  }

  @Test
  void again_after1And5And30Seconds_andNoMore_eachIgnoredOnce() throws Exception {
    expire();
    int sent = 1;
    Duration passed = Duration.ZERO;
    for (int seconds : List.of(1, 5, 30)) {
      assertCounted(sent - 1, sent - 1); // what comes of the last one is not known yet
      Duration due = Duration.ofSeconds(seconds);
      clock.pass(due.minus(passed).minus(MOMENT));
      assertEquals(sent, deaf.interrupts(), "before " + due);
      clock.pass(MOMENT);
      sent++;
      awaitInterrupts(sent);
      passed = due;
    }
    assertCounted(3, 3);
    clock.pass(Duration.ofSeconds(5));
    Gate.eventually(() -> outcomes.list().get(0).sent() == 4, "it is looked at once more");
    assertCounted(4, 4);
    for (int hours = 0; hours < 3; hours++) {
      clock.pass(Duration.ofHours(1));
      assertEquals(4, deaf.interrupts());
    }
    deaf.release();
    worker.join();
    assertCounted(4, 4);
  }

  /** Where many are stuck only some are looked at, and all are counted. */
  @Test
  void workerThatWasNeverLookedAt_countsElsewhere() throws Exception {
    while (stacks.tryAcquire()) {}
    expire();
    deaf.release();
    worker.join();
    assertEquals(List.of("elsewhere"), places());
    assertCounted(0, 1);
  }

  private List<String> places() {
    return outcomes.list().stream().map(InterruptOutcomes.Tally::place).toList();
  }

  @Test
  void leavesSoonAfterOne_thatIsNotIgnored_andNoneFollows() throws Exception {
    expire();
    clock.pass(Duration.ofSeconds(1));
    awaitInterrupts(2);
    deaf.release();
    worker.join();
    assertCounted(1, 2);
    clock.pass(Duration.ofHours(1));
    assertEquals(2, deaf.interrupts());
  }

  /** Of a worker that is told to stop already: that it is told again is not lost with it. */
  @Test
  void theApplicationStops_itIsInterruptedOnAllTheSame() throws Exception {
    expire();
    run.expireEarly(Reason.STOPPING);
    clock.pass(Duration.ofSeconds(1));
    awaitInterrupts(2);
    deaf.release();
    worker.join();
  }
}
