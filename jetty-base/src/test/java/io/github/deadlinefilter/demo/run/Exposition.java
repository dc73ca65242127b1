package io.github.deadlinefilter.demo.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code /metrics} exports, read from Prometheus's text format. Immutable. */
final class Exposition {
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
  private static final Pattern SAMPLE = Pattern.compile("([\\w:]+)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** What a histogram's and a summary's samples have behind the name of the metric. */
  private static final Pattern PART = Pattern.compile("_(?:bucket|count|sum)$");

  private record Sample(String name, Map<String, String> labels, double value) {}

  private final Map<String, String> types = new LinkedHashMap<>();
  private final List<Sample> samples = new ArrayList<>();

  Exposition(String text) {
    text.lines().forEach(this::read);
  }

  private void read(String line) {
    Matcher type = TYPE.matcher(line);
    Matcher sample = SAMPLE.matcher(line);
    if (type.matches()) {
      types.put(type.group(1), type.group(2));
    } else if (sample.matches()) {
      var labels = new LinkedHashMap<String, String>();
      if (sample.group(2) != null) {
        Matcher label = LABEL.matcher(sample.group(2));
        while (label.find()) {
          labels.put(label.group(1), label.group(2));
        }
      }
      samples.add(new Sample(sample.group(1), labels, Double.parseDouble(sample.group(3))));
    } else if (!line.startsWith("# HELP ")) {
      throw new AssertionError("not a line of the format: " + line);
    }
  }

  /** The metrics by their names: a histogram is one. */
  Set<String> metrics() {
    return types.keySet();
  }

  /** The metric that samples of this name belong to. */
  String metric(String sample) {
    return types.containsKey(sample) ? sample : PART.matcher(sample).replaceFirst("");
  }

  /** Whether samples of this name only ever grow. */
  boolean isCumulative(String sample) {
    String type = types.get(metric(sample));
    return sample.equals(metric(sample)) ? "counter".equals(type) : !"gauge".equals(type);
  }

  boolean has(String sample) {
    return named(sample).findAny().isPresent();
  }

  /** The labels that each sample of this name has. */
  Set<String> labels(String sample) {
    Set<String> common =
        named(sample)
            .flatMap(one -> one.labels().keySet().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    named(sample).forEach(one -> common.retainAll(one.labels().keySet()));
    return common;
  }

  Set<String> values(String sample, String label) {
    return named(sample)
        .map(one -> one.labels().getOrDefault(label, ""))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Of all samples of this name together. */
  double sum(String sample) {
    return named(sample).mapToDouble(Sample::value).sum();
  }

  private Stream<Sample> named(String name) {
    return samples.stream().filter(sample -> sample.name().equals(name));
  }
}
