package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LastResortTest {
  @RegisterExtension final LogLines log = LogLines.ofMessages();

  private final ManualTicker ticker = new ManualTicker();
  private final DeadlineTimer timer = new DeadlineTimer(new Threads(), ticker);
  private final StuckWorkers stuck = new StuckWorkers(100);
  private final AtomicInteger ended = new AtomicInteger();

  /** As many as are missing, if negative. */
  private final AtomicInteger threads = new AtomicInteger();

  private final List<RequestRun> runs = new ArrayList<>();

  @AfterEach
  void close() {
    timer.close();
  }

  private LastResort watching(boolean exit) {
    var rule = new Recycle(2, Duration.ofSeconds(10).toNanos(), exit);
    var lastResort = new LastResort(rule, stuck, timer, Runnable::run, this::end);
    stuck.listen(lastResort);
    return lastResort;
  }

  private void end(Runnable said) {
    if (threads.getAndIncrement() < 0) {
      throw new OutOfMemoryError("on purpose: there is no thread for it");
    }
    said.run();
    ended.incrementAndGet();
  }

  private void stick() {
    RequestRun run = BareServlet.run((request, response) -> {}, ticker);
    run.report(ExpiryReport.of(run, "running", /* ran= */ true, List.of()));
    runs.add(run);
    stuck.add(run);
  }

  private void pass(Duration time) {
    ticker.advance(time);
    timer.wake();
  }

  @Test
  void soManyForSoLong_isReached_andOverWhenTheyLeave() throws Exception {
    LastResort lastResort = watching(/* exit= */ false);
    stick();
    pass(Duration.ofSeconds(20));
    stick();
    pass(Duration.ofSeconds(9));
    pass(Duration.ofSeconds(1));
    assertFalse(lastResort.isReached(), "one of two for 10 s, and not for longer");
    Gate.eventually(
        () -> {
          pass(Duration.ofMillis(1_100));
          return lastResort.isReached();
        },
        "reached");
    assertEquals(0, ended.get());
    runs.forEach(stuck::remove);
    Gate.eventually(
        () -> {
          pass(Duration.ofMillis(1_100));
          return !lastResort.isReached();
        },
        "over");
    assertEquals(0, stuck.count());
  }

  @Test
  void thenExit_endsTheJvmOnce() throws Exception {
    LastResort lastResort = watching(/* exit= */ true);
    stick();
    stick();
    pass(Duration.ofSeconds(11));
    Gate.eventually(() -> ended.get() == 1, "the end");
    assertTrue(log.lines().get(0).endsWith("; this JVM ends"), "which the log says before");
    assertTrue(lastResort.isReached());
    for (int i = 0; i < 3; i++) {
      AtomicInteger looked = new AtomicInteger();
      timer.in(Duration.ofSeconds(1).toNanos(), looked::incrementAndGet);
      pass(Duration.ofMillis(1_100));
      Gate.eventually(() -> looked.get() == 1, "it has looked again");
    }
    assertEquals(1, ended.get());
  }

  @Test
  void thenExit_noThreadForIt_theNextLookTriesAgain() throws Exception {
    threads.set(-2);
    LastResort lastResort = watching(/* exit= */ true);
    stick();
    stick();
    pass(Duration.ofSeconds(11));
    Gate.eventually(
        () -> {
          pass(Duration.ofMillis(1_100));
          return ended.get() == 1;
        },
        "the end");
    assertTrue(lastResort.isReached());
  }
}
