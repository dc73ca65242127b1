package io.github.deadlinefilter;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Looking the route of a request up among 1,000 rules. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutesBenchmark {
  private final Routes routes = routes();

  // Read anew at each call, so that nothing about them is known beforehand.
  private String prefix = "/api/v1/customers/517/orders/42";
  private String exact = "/page/333";
  private String none = "/nothing/of/the/kind/is/in/the/rules.html";

  private static Routes routes() {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      rules.append("GET /page/").append(i).append(" = 1s\n");
      rules.append("/api/v1/customers/").append(i + 100).append("/* = 2s\n");
    }
    try {
      return Settings.of(
              Map.of("routes", rules.toString()), new Environment(Map.of(), Map.of(), false))
          .routes();
    } catch (SettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A prefix of three segments out of six. */
  @Benchmark
  public Object prefix() {
    return routes.match("GET", prefix, null);
  }

  @Benchmark
  public Object exact() {
    return routes.match("GET", exact, null);
  }

  @Benchmark
  public Object none() {
    return routes.match("GET", none, null);
  }
}
