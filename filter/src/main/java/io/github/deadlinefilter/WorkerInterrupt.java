package io.github.deadlinefilter;

import java.util.concurrent.TimeUnit;

/**
 * Interrupts the worker of an expired run, and again 1, 5 and 30 s later for as long as it stays:
 * it may have swallowed the one before, or may have been about to wait.
 *
 * <p>An interrupt that hits a thread while it moves bytes for its container breaks off what is in
 * progress there: a channel in use is closed, and with it the connection that the answer has to go
 * to; a buffer that is queued to be sent is given to another response (Jetty); a head that is
 * encoded is not sent, after which server and client of an HTTP/2 connection no longer agree on the
 * headers of all its later streams (Tomcat). So whoever is inside a read or a write is interrupted
 * there only where that is safe and it does nothing but wait for its client, and else as soon as it
 * comes out.
 *
 * <p>First on the thread that stops the run, then on the timer's: it does not block, and does not
 * touch the container's objects, which may be another request's by then.
 */
final class WorkerInterrupt implements Runnable {
  private static final long[] AGAIN_AFTER = {
    TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(30),
  };

  private final RequestRun run;
  private final boolean whileItReads;
  private final boolean whileItWrites;
  private final boolean inNative;
  private final long start = System.nanoTime();
  private int times;

  /** While the container's objects are the run's. */
  WorkerInterrupt(RequestRun run, ContainerQuirks quirks) {
    this.run = run;
    this.whileItReads = quirks.mayInterruptRead(run.request);
    this.whileItWrites = quirks.mayInterruptWrite(run.request);
    this.inNative = quirks.waitsInNative(run.request);
  }

  @Override
  public void run() {
    boolean mayInterrupt = run.isWriting() ? whileItWrites : run.isReading() && whileItReads;
    if (mayInterrupt && run.interrupts.isWaiting(inNative)) {
      run.interrupts.interrupt();
    } else {
      run.interruptOutside();
    }
    if (times < AGAIN_AFTER.length && run.interrupts.isOpen()) {
      long left = AGAIN_AFTER[times++] - (System.nanoTime() - start);
      run.runs().whileInside(run, left, this);
    }
  }
}
