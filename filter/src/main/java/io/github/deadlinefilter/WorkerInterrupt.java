package io.github.deadlinefilter;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
 * <p>First on the thread that stops the run, then on one of {@link Background#act}; it does not
 * touch the container's objects, which may be another request's by then.
 */
final class WorkerInterrupt implements Runnable {
  private static final long[] AGAIN_AFTER = {
    TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(30),
  };

  /** When it is looked at the last time, after the last interrupt. */
  private static final long LAST_LOOK = TimeUnit.SECONDS.toNanos(35);

  /** A worker that leaves so soon after an interrupt leaves because of it. */
  private static final long HEEDED_WITHIN = TimeUnit.MILLISECONDS.toNanos(500);

  private static final String IGNORED = "Interrupt ignored";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final RequestRun run;
  private final InterruptOutcomes outcomes;
  private final RateLimit stacks;
  private final Repeats repeats;
  private final boolean whileItReads;
  private final boolean whileItWrites;
  private final boolean inNative;
  private final Ticker ticker;
  private final long start;
  private int looks;

  /** When the worker was last told. */
  private volatile long lastNanos;

  /** Where the worker was last seen after it was told, null if it was not looked at. */
  private volatile @Nullable String place;

  /** How many interrupts are known to have been ignored. */
  private volatile int ignored;

  /**
   * While the container's objects are the run's.
   *
   * @param stacks says whether the worker may be stopped for a moment to be looked at
   */
  WorkerInterrupt(
      RequestRun run,
      ContainerQuirks quirks,
      InterruptOutcomes outcomes,
      RateLimit stacks,
      Repeats repeats) {
    this.run = run;
    this.repeats = repeats;
    this.outcomes = outcomes;
    this.stacks = stacks;
    this.whileItReads = quirks.mayInterruptRead(run.request);
    this.whileItWrites = quirks.mayInterruptWrite(run.request);
    this.inNative = quirks.waitsInNative(run.request);
    this.ticker = run.deadline.clockwork().ticker();
    this.start = ticker.nanos();
    this.lastNanos = start;
  }

  @Override
  public void run() {
    look();
    if (looks > AGAIN_AFTER.length) {
      return; // it has been told often enough
    }
    lastNanos = ticker.nanos();
    boolean mayInterrupt = run.isWriting() ? whileItWrites : run.isReading() && whileItReads;
    if (mayInterrupt && run.interrupts.isWaiting(inNative)) {
      run.interrupts.interrupt();
    } else {
      run.interruptOutside();
    }
    if (run.interrupts.isOpen()) {
      long next = looks < AGAIN_AFTER.length ? AGAIN_AFTER[looks] : LAST_LOOK;
      looks++;
      run.runs().whileInside(run, next - (ticker.nanos() - start), this);
    }
  }

  /**
   * The worker that has been interrupted before is still inside: says where, if it may be asked.
   */
  private void look() {
    int sent = run.interrupts.times();
    if (sent == ignored || !stacks.tryAcquire()) {
      return;
    }
    String at = run.runs().expiry().lines().of(run.interrupts.stack());
    if (at == null) {
      return; // it has just left, or none of its lines is the application's
    }
    int more = sent - ignored;
    place = at;
    ignored = sent;
    InterruptOutcomes.Tally tally = outcomes.ignored(at, more);
    ExpiryReport report = run.reported();
    if (repeats.isNews(IGNORED, report.route(), report.reason().code(), at)) {
      LOG.log(System.Logger.Level.WARNING, IGNORED + ": {0} {1}", report.identity(), tally);
    }
  }

  /** An operator asks for one more. False: the worker has left. */
  boolean onceMore() {
    lastNanos = ticker.nanos();
    run.interruptOutside();
    return run.interrupts.isOpen();
  }

  /** The worker has left, and its client has been answered. {@code atNanos}: when it left. */
  void left(long atNanos) {
    int unknown = run.interrupts.times() - ignored;
    if (unknown <= 0) {
      return;
    }
    String at = Objects.requireNonNullElse(lastSeen(), InterruptOutcomes.ELSEWHERE);
    boolean heeded = atNanos - lastNanos < HEEDED_WITHIN;
    if (heeded) {
      outcomes.heeded(at);
    }
    int gone = heeded ? unknown - 1 : unknown;
    if (gone > 0) {
      outcomes.ignored(at, gone);
    }
  }

  private @Nullable String lastSeen() {
    String seen = place;
    ExpiryReport report = run.report();
    return seen != null || report == null ? seen : run.runs().expiry().lines().of(report.stack());
  }
}
