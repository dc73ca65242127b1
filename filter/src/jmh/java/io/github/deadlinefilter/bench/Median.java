package io.github.deadlinefilter.bench;

import java.util.ArrayList;
import java.util.List;

/** Figures of several rounds. Not thread-safe. */
final class Median {
  private final List<Double> all = new ArrayList<>();

  void add(double figure) {
    all.add(figure);
  }

  double get() {
    List<Double> sorted = all.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  double least() {
    return all.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double most() {
    return all.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
