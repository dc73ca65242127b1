package io.github.deadlinefilter.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Throughput and latency of requests in time, all contenders side by side: a JVM for each, and in
 * every round each is asked once, so that what changes on the machine meanwhile changes for all.
 * The figures are the medians of the rounds, and each ratio is that of its own round.
 */
final class LoadBench {
  private static final int WARM_UP_SECONDS = 8;

  private LoadBench() {}

  /**
   * One contender.
   *
   * @param ratio of its rate to that without a filter
   * @param micros processor time of its server for a request, the kernel's included
   */
  record Row(
      Contender contender,
      double rate,
      double ratio,
      double least,
      double most,
      double micros,
      double p50,
      double p99) {}

  private static final class Measured implements AutoCloseable {
    final Contender contender;
    final Child child;
    final Median rate = new Median();
    final Median ratio = new Median();
    final Median micros = new Median();
    final Median p50 = new Median();
    final Median p99 = new Median();

    Measured(Contender contender) {
      this.contender = contender;
      child = Child.start(contender);
    }

    /** Returns its rate. */
    double measure(String path, int connections, int seconds) {
      Duration before = child.processorTime();
      Wrk wrk = Wrk.run(child.url(path), connections, seconds);
      micros.add(child.processorTime().minus(before).toNanos() / 1e3 / wrk.requests());
      rate.add(wrk.rate());
      p50.add(wrk.p50());
      p99.add(wrk.p99());
      return wrk.rate();
    }

    Row row() {
      return new Row(
          contender,
          rate.get(),
          ratio.get(),
          ratio.least(),
          ratio.most(),
          micros.get(),
          p50.get(),
          p99.get());
    }

    @Override
    public void close() {
      child.close();
    }
  }

  /**
   * @param contenders the first of them is NONE
   */
  static List<Row> run(
      String path, int connections, int rounds, int seconds, List<Contender> contenders) {
    List<Measured> all = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        all.add(new Measured(contender));
      }
      // Twice: for whoever is warm is measured beside others, and not after a pause of minutes.
      for (int time = 0; time < 2; time++) {
        for (Measured one : all) {
          Wrk.run(one.child.url(path), connections, WARM_UP_SECONDS);
        }
      }
      Measured none = all.get(0);
      List<Measured> order = new ArrayList<>(all);
      for (int round = 0; round < rounds; round++) {
        Map<Measured, Double> rates = new HashMap<>();
        order.forEach(one -> rates.put(one, one.measure(path, connections, seconds)));
        rates.forEach((one, rate) -> one.ratio.add(rate / rates.getOrDefault(none, Double.NaN)));
        Collections.rotate(order, 1);
      }
      return all.stream().map(Measured::row).toList();
    } finally {
      all.forEach(Measured::close);
    }
  }

  /** Arguments: path, connections, rounds, seconds, contenders (all that are here). */
  public static void main(String[] arguments) {
    List<Contender> contenders =
        arguments.length > 4
            ? Arrays.stream(arguments[4].split(",", -1)).map(Contender::valueOf).toList()
            : Arrays.stream(Contender.values()).filter(Contender::isHere).toList();
    List<Row> rows =
        run(
            arguments[0],
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            contenders);
    for (Row row : rows) {
      System.out.printf(
          "%-46s %8.0f/s  %.3f (%.3f to %.3f)  %5.1f us each  p50 %6.0f us  p99 %6.0f us%n",
          row.contender().label,
          row.rate(),
          row.ratio(),
          row.least(),
          row.most(),
          row.micros(),
          row.p50(),
          row.p99());
    }
  }
}
