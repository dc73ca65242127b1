package io.github.deadlinefilter;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Remembering how long one request took; with {@code -prof gc}, what that allocates. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HistoryBenchmark {
  private static final int TIMES = 1_024;

  private final RouteHistory history = new RouteHistory(Ticker.SYSTEM);

  /** Without what reading the machine's clock costs. */
  private final RouteHistory withoutClock = new RouteHistory(() -> 0);

  /** One request after the other, on each thread its own. */
  @State(Scope.Thread)
  public static class Requests {
    private final long[] nanos = new long[TIMES];
    private int next;

    /** Around 20 ms, some far above, the same in every run. */
    public Requests() {
      Random random = new Random(20_261_129);
      for (int i = 0; i < TIMES; i++) {
        nanos[i] = (long) (TimeUnit.MILLISECONDS.toNanos(20) * Math.exp(random.nextGaussian()));
      }
    }

    long next() {
      return nanos[next++ & (TIMES - 1)];
    }
  }

  @Benchmark
  public void completed(Requests requests) {
    history.completed(requests.next());
  }

  @Benchmark
  public void completedWithoutClock(Requests requests) {
    withoutClock.completed(requests.next());
  }

  /** On two threads, which meet in the same buckets. */
  @Benchmark
  @Threads(2)
  public void completedByTwo(Requests requests) {
    history.completed(requests.next());
  }

  /** What {@link #completed} pays for the clock. */
  @Benchmark
  public long clock() {
    return Ticker.SYSTEM.nanos();
  }

  /** All that is done for somebody who asks. */
  @Benchmark
  public Object lastHour() {
    return history.lastHour();
  }
}
