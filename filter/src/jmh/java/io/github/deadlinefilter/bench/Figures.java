package io.github.deadlinefilter.bench;

import io.github.deadlinefilter.HttpBenchmark;
import io.github.deadlinefilter.JdbcBenchmark;
import io.github.deadlinefilter.RequestBenchmark;
import io.github.deadlinefilter.RoutesBenchmark;
import io.github.deadlinefilter.SocketBenchmark;
import io.github.deadlinefilter.TimerBenchmark;
import io.github.deadlinefilter.With;
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
  private static final int ADAPTER_ROUNDS = 3; // each takes minutes
  private static final int SECONDS = Integer.getInteger("bench.seconds", 4);

  private final int java = Runtime.version().feature();
  private final StringBuilder details = new StringBuilder();

  /** As README has it: what, to reach, measured. */
  private final StringBuilder table =
      new StringBuilder(
          "| what | to reach | Java %s |\n|---|---|---|\n".formatted(Runtime.version().feature()));

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
      reach(rows, "13 bytes, 32 connections", Map.of(Contender.CONTAINER, 0.98), 0.85);
      Files.writeString(
          Path.of("bench-" + java + ".svg"), Picture.of(rows), StandardCharsets.UTF_8);
    }
    if (isAsked("wait")) {
      List<LoadBench.Row> rows = LoadBench.run("/wait", 64, ROUNDS, SECONDS, ours);
      load("waits 5 ms, 64 connections", rows);
      reach(rows, "waits 5 ms, 64 connections", Map.of(), 0.98);
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
        if (row.contender().isOurs()) {
          reach(
              "1 GiB down, up; heap after it: " + row.contender().label,
              "0.97; flat",
              "%.2f, %.2f; %+.1f MB",
              row.downRatio(),
              row.upRatio(),
              row.heapMb());
        }
      }
    }
    if (isAsked("late")) {
      LateBench.Lateness late = LateBench.run(ours.get(ours.size() - 1), 1_000, ROUNDS);
      say(
          "lateness of 1,000 deaf requests in a second | p50 %.2f ms | p99 %.2f ms | most %.2f ms",
          late.p50(), late.p99(), late.most());
      reach(
          "lateness of 1,000 deaf requests within a second, p50 and p99",
          "2 and 10 ms",
          "%.1f and %.1f ms",
          late.p50(),
          late.p99());
    }
    if (isAsked("stuck")) {
      StuckBench.Row row =
          StuckBench.run(ours.get(ours.size() - 1), 1_000, Math.max(ROUNDS, 9), SECONDS);
      say(
          "1,000 stuck elsewhere | p99 %.0f us, without %.0f us | %.2f",
          row.p99With(), row.p99Without(), row.ratio());
      reach("p99 of a healthy route, 1,000 stuck workers elsewhere", "1.2", "%.2f", row.ratio());
    }
    if (isAsked("flight") && Contender.VIRTUAL.isHere()) {
      InFlightBench.Row row = InFlightBench.run(20_000, ROUNDS);
      say(
          "%d in flight | %d answered at their deadline, the last %.0f ms after it, a second time"
              + " %.0f ms | %.0f bytes of heap each, without a filter %.0f",
          row.requests(),
          row.answered(),
          row.lastMillis(),
          row.againMillis(),
          row.heapOurs(),
          row.heapNone());
      reach(
          "20,000 requests in flight: heap of each beyond no filter's; answered",
          "4 KiB; all on time",
          "%.2f KiB; %d of %d, the last %.1f s late, a second time %.1f s",
          (row.heapOurs() - row.heapNone()) / 1024,
          row.answered(),
          row.requests(),
          row.lastMillis() / 1_000,
          row.againMillis() / 1_000);
    }
    if (isAsked("jmh")) {
      jmh(RequestBenchmark.class, RoutesBenchmark.class, TimerBenchmark.class);
    }
    if (isAsked("adapters")) {
      adapter("query", JdbcBenchmark.class);
      adapter("HTTP GET", HttpBenchmark.class);
      adapter("64 bytes there and back on a socket", SocketBenchmark.class);
    }
    System.out.print(table);
    Files.writeString(
        Path.of("bench-" + java + ".md"), table + "\n" + details, StandardCharsets.UTF_8);
  }

  private void reach(
      List<LoadBench.Row> rows, String what, Map<Contender, Double> targets, double usual) {
    double best = bestPeer(rows);
    for (LoadBench.Row row : rows) {
      if (row.contender().isOurs()) {
        reach(
            what + ", " + row.contender().label + ", of no filter",
            String.valueOf(targets.getOrDefault(row.contender(), usual)),
            "%.2f (%.2f to %.2f)",
            row.ratio(),
            row.least(),
            row.most());
      }
      boolean onWorkers = row.contender() == Contender.POOL || row.contender() == Contender.VIRTUAL;
      if (onWorkers && !Double.isNaN(best)) {
        reach("the same, of the best peer", "1.15", "%.2f", row.ratio() / best);
      }
    }
  }

  private static double bestPeer(List<LoadBench.Row> rows) {
    return rows.stream()
        .filter(row -> row.contender().isPeer())
        .mapToDouble(LoadBench.Row::ratio)
        .max()
        .orElse(Double.NaN);
  }

  private void reach(String what, String target, String format, Object... values) {
    table
        .append("| ")
        .append(what)
        .append(" | ")
        .append(target)
        .append(" | ")
        .append(String.format(Locale.ROOT, format, values))
        .append(" |\n");
  }

  /** What of JMH's has a figure to reach. */
  private void reach(String benchmark, String params, double nanos, double bytes) {
    if (benchmark.startsWith("RequestBenchmark") && !params.endsWith("none")) {
      reach(
          "allocated for a request in time, " + params,
          params.endsWith("pool") ? "600 bytes" : "300 bytes",
          "%.0f bytes",
          bytes);
    } else if (benchmark.startsWith("RoutesBenchmark")) {
      reach("a route among 1,000 rules, " + params, "150 ns, 0 bytes", "%.0f, %.0f", nanos, bytes);
    } else if (benchmark.startsWith("TimerBenchmark")) {
      reach("a deadline set and cancelled, " + params, "100 ns, flat", "%.0f ns", nanos);
    }
  }

  private void load(String what, List<LoadBench.Row> rows) {
    double best = bestPeer(rows);
    for (LoadBench.Row row : rows) {
      say(
          "%s | %s | %.0f/s | %.3f (%.3f to %.3f) | %.1f us each | p50 %.0f us | p99 %.0f us%s",
          what,
          row.contender().label,
          row.rate(),
          row.ratio(),
          row.least(),
          row.most(),
          row.micros(),
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
        String name = result.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1");
        double nanos = result.getPrimaryResult().getScore();
        double bytes = allocated == null ? Double.NaN : allocated.getScore();
        say("%s %s | %.0f ns | %.0f bytes", name, String.join(" ", params), nanos, bytes);
        reach(
            name,
            (name.replaceFirst(".*\\.", "") + " " + String.join(" ", params)).strip(),
            nanos,
            bytes);
      }
    }
  }

  /** All of them in turn in each round: what the machine does meanwhile is in each of a ratio. */
  private void adapter(String what, Class<?> benchmark) throws RunnerException {
    Map<String, Median> nanos = new TreeMap<>();
    Map<String, Median> ratios = new TreeMap<>();
    Options options =
        new OptionsBuilder().include(benchmark.getName()).shouldFailOnError(true).build();
    for (int round = 0; round < ADAPTER_ROUNDS; round++) {
      Map<String, Double> scores = new TreeMap<>();
      for (RunResult result : new Runner(options).run()) {
        String server = result.getParams().getParam("server");
        scores.put(
            (server == null ? "" : server + ", ") + result.getParams().getParam("with"),
            result.getPrimaryResult().getScore());
      }
      scores.forEach(
          (of, score) -> {
            Double alone = scores.get(of.replaceFirst("\\w+$", With.NOTHING.name()));
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
              "%s, %s | %.0f ns | %.3f of it alone (%.3f to %.3f)",
              what, of, score.get(), ratio.get(), ratio.least(), ratio.most());
          if (!of.endsWith(With.NOTHING.name())) {
            reach(
                what + ", " + of + ", of it alone",
                "1.02",
                "%.2f (%.2f to %.2f)",
                ratio.get(),
                ratio.least(),
                ratio.most());
          }
        });
  }

  private void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    details.append("| ").append(line).append(" |\n");
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
