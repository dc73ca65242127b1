package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One deadline, armed and cancelled, while others are pending. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimerBenchmark {
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(30);

  /** How many are pending. */
  @Param({"10", "1000", "100000"})
  public int pending;

  private final DeadlineTimer timer = new DeadlineTimer(new Threads());
  private final List<DeadlineTimer.Alarm> others = new ArrayList<>();

  /** As requests leave them that came in the last 30 s. */
  @Setup(Level.Trial)
  public void arm() {
    for (int i = 0; i < pending; i++) {
      others.add(timer.in(DEADLINE * 100 + DEADLINE / pending * i, TimerBenchmark::nothing));
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    timer.close();
  }

  private static void nothing() {}

  @Benchmark
  public void armAndCancel() {
    timer.in(DEADLINE, TimerBenchmark::nothing).cancel();
  }
}
