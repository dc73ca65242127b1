package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A worker that leaves before the log has its expiry: a reader finds them in their order. */
class LogOrderContractTest {
  private static final Logger LOG = Logger.getLogger("io.github.deadlinefilter");

  private final Combination setup = Combination.kinds().get(0);
  private volatile Thread worker = Thread.currentThread();

  /** The log is slow: the worker has left, and has nothing more to do, before a line is written. */
  private final class SlowLog extends Handler {
    private final Deaf deaf;

    SlowLog(Deaf deaf) {
      this.deaf = deaf;
    }

    @Override
    public void publish(LogRecord line) {
      if (ContainerLog.message(line).startsWith(FilterLog.EXPIRED)) {
        deaf.release();
        try {
          Gate.eventually(LogOrderContractTest.this::isWorkerIdle, "the worker is idle");
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private boolean isWorkerIdle() {
    return Arrays.stream(worker.getStackTrace())
        .noneMatch(frame -> frame.getClassName().endsWith(".RequestRun"));
  }

  @Test
  void workerLeavesAtOnce_logHasItsEndAfterItsBeginning() throws Exception {
    try (var deaf = new Deaf()) {
      var app =
          new Application()
              .filter("/*", setup.filter().route("/deaf = 500ms").build())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    worker = Thread.currentThread();
                    deaf.hold();
                  });
      var slow = new SlowLog(deaf);
      try (TestContainer container = setup.start(app, setup.options())) {
        RawClient.ask(container, "/hi"); // the first request of a container takes long
        LOG.addHandler(slow);
        assertEquals(503, RawClient.ask(container, "/deaf").status());
        FilterLog.await(container, FilterLog.LEFT, 1);
        List<String> lines =
            FilterLog.warnings(container).stream().map(ContainerLog::message).toList();
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith(FilterLog.EXPIRED), lines::toString);
        assertTrue(lines.get(1).startsWith(FilterLog.LEFT), lines::toString);
      } finally {
        LOG.removeHandler(slow);
      }
    }
  }
}
