package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.contract.ContainerLog;
import io.github.deadlinefilter.contract.TestContainer;
import java.util.List;
import java.util.logging.Level;

/** What the filter said. */
final class FilterLog {
  private static final String EXPIRED = "Deadline expired: ";
  private static final String LEFT = "Late worker left: ";

  private FilterLog() {}

  /** Everything of level WARNING and above, oldest first. */
  static List<String> warnings(TestContainer container) {
    return container.log().of("io.github.deadlinefilter").stream()
        .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
        .map(ContainerLog::message)
        .toList();
  }

  static long expired(TestContainer container) {
    return warnings(container).stream().filter(line -> line.startsWith(EXPIRED)).count();
  }

  /** What it should not have had to say. */
  static List<String> unexpected(TestContainer container) {
    return warnings(container).stream()
        .filter(line -> !line.startsWith(EXPIRED) && !line.startsWith(LEFT))
        .toList();
  }
}
