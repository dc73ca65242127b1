package io.github.deadlinefilter.bench;

import io.github.deadlinefilter.JdbcBenchmark;
import io.github.deadlinefilter.RequestBenchmark;
import io.github.deadlinefilter.RoutesBenchmark;
import io.github.deadlinefilter.TimerBenchmark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Measures everything, and writes it to {@code bench-JAVA.md} and {@code bench-JAVA.svg} in the
 * working directory. Takes half an hour. {@code bench.rounds} (5) and {@code bench.seconds} (4) say
 * how often each contender is asked and for how long, {@code bench.only} takes some of the parts.
 */
final class Figures {
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
  private static final int JDBC_ROUNDS = 3;
  private static final int SECONDS = Integer.getInteger("bench.seconds", 4);

  private final int java = Runtime.version().feature();
  private final StringBuilder table = new StringBuilder();

  public static void main(String[] arguments) throws Exception {
    new Figures().measure();
    System.exit(0); // the clients' threads
  }

  private static boolean isAsked(String part) {
    String only = System.getProperty("bench.only", "");
    return only.isEmpty() || List.of(only.split(",", -1)).contains(part);
  }

  private void measure() throws Exception {
    say(
        "Java %s, %s, %d processors, %s",
        System.getProperty("java.version"),
        processor(),
        Runtime.getRuntime().availableProcessors(),
        LocalDate.now(ZoneOffset.UTC));
    List<Contender> all = Arrays.stream(Contender.values()).filter(Contender::isHere).toList();
    List<Contender> ours =
        all.stream().filter(one -> one == Contender.NONE || one.isOurs()).toList();
    if (isAsked("hello")) {
      List<LoadBench.Row> rows = LoadBench.run("/hello", 32, ROUNDS, SECONDS, all);
      load("13 bytes, 32 connections", rows);
      Files.writeString(
          Path.of("bench-" + java + ".svg"), Picture.of(rows), StandardCharsets.UTF_8);
    }
    if (isAsked("wait")) {
      load("waits 5 ms, 64 connections", LoadBench.run("/wait", 64, ROUNDS, SECONDS, ours));
    }
    if (isAsked("streams")) {
      for (StreamBench.Row row : StreamBench.run(ROUNDS, ours)) {
        say(
            "1 GiB | %s | %.2f GB/s down, %.3f | %.2f GB/s up, %.3f | heap %+.1f MB",
            row.contender().label,
            row.down(),
            row.downRatio(),
            row.up(),
            row.upRatio(),
            row.heapMb());
      }
    }
    if (isAsked("late")) {
      LateBench.Lateness late = LateBench.run(ours.get(ours.size() - 1), 1_000);
      say(
          "lateness of 1,000 deaf requests in a second | p50 %.2f ms | p99 %.2f ms | most %.2f ms",
          late.p50(), late.p99(), late.most());
    }
    if (isAsked("stuck")) {
      StuckBench.Row row =
          StuckBench.run(ours.get(ours.size() - 1), 1_000, Math.max(ROUNDS, 9), SECONDS);
      say(
          "1,000 stuck elsewhere | p99 %.0f us, without %.0f us | %.2f",
          row.p99With(), row.p99Without(), row.ratio());
    }
    if (isAsked("flight") && Contender.VIRTUAL.isHere()) {
      InFlightBench.Row row = InFlightBench.run(20_000);
      say(
          "%d in flight | %d answered at their deadline, the last %.0f ms after it, a second time"
              + " %.0f ms | %.0f bytes of heap each, without a filter %.0f",
          row.requests(),
          row.answered(),
          row.lastMillis(),
          row.againMillis(),
          row.heapOurs(),
          row.heapNone());
    }
    if (isAsked("jmh")) {
      jmh(RequestBenchmark.class, RoutesBenchmark.class, TimerBenchmark.class);
    }
    if (isAsked("jdbc")) {
      jdbc();
    }
    Files.writeString(Path.of("bench-" + java + ".md"), table, StandardCharsets.UTF_8);
  }

  private void load(String what, List<LoadBench.Row> rows) {
    double best =
        rows.stream()
            .filter(row -> row.contender().isPeer())
            .mapToDouble(LoadBench.Row::ratio)
            .max()
            .orElse(Double.NaN);
    for (LoadBench.Row row : rows) {
      say(
          "%s | %s | %.0f/s | %.3f (%.3f to %.3f) | p50 %.0f us | p99 %.0f us%s",
          what,
          row.contender().label,
          row.rate(),
          row.ratio(),
          row.least(),
          row.most(),
          row.p50(),
          row.p99(),
          Double.isNaN(best) || row.contender().isPeer()
              ? ""
              : String.format(Locale.ROOT, " | %.2f of the best peer", row.ratio() / best));
    }
  }

  private void jmh(Class<?>... benchmarks) throws RunnerException {
    for (Class<?> benchmark : benchmarks) {
      Options options =
          new OptionsBuilder()
              .include(benchmark.getName())
              .addProfiler(GCProfiler.class)
              .shouldFailOnError(true)
              .build();
      Collection<RunResult> results = new Runner(options).run();
      for (RunResult result : results) {
        List<String> params = new ArrayList<>();
        for (String key : result.getParams().getParamsKeys()) {
          params.add(key + "=" + result.getParams().getParam(key));
        }
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (allocated == null) {
          allocated = result.getSecondaryResults().get("\u00b7gc.alloc.rate.norm");
        }
        say(
            "%s %s | %.0f ns | %.0f bytes",
            result.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"),
            String.join(" ", params),
            result.getPrimaryResult().getScore(),
            allocated == null ? Double.NaN : allocated.getScore());
      }
    }
  }

  /** All of them in turn in each round: what the machine does meanwhile is in each of a ratio. */
  private void jdbc() throws RunnerException {
    Map<String, Median> nanos = new TreeMap<>();
    Map<String, Median> ratios = new TreeMap<>();
    Options options =
        new OptionsBuilder().include(JdbcBenchmark.class.getName()).shouldFailOnError(true).build();
    for (int round = 0; round < JDBC_ROUNDS; round++) {
      Map<String, Double> scores = new TreeMap<>();
      for (RunResult result : new Runner(options).run()) {
        String of =
            result.getParams().getParam("server") + ", " + result.getParams().getParam("with");
        scores.put(of, result.getPrimaryResult().getScore());
      }
      scores.forEach(
          (of, score) -> {
            Double alone = scores.get(of.replaceFirst(", .*", ", " + JdbcBenchmark.With.NOTHING));
            nanos.computeIfAbsent(of, one -> new Median()).add(score);
            ratios
                .computeIfAbsent(of, one -> new Median())
                .add(score / Objects.requireNonNull(alone));
          });
    }
    nanos.forEach(
        (of, score) -> {
          Median ratio = Objects.requireNonNull(ratios.get(of));
          say(
              "query, %s | %.0f ns | %.3f of the driver alone (%.3f to %.3f)",
              of, score.get(), ratio.get(), ratio.least(), ratio.most());
        });
  }

  private void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    table.append("| ").append(line).append(" |\n");
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst(".*: ", ""))
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
