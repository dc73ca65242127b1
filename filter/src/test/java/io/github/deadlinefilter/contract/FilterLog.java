package io.github.deadlinefilter.contract;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** What the filter said about expiries. The lines follow the answer, so tests wait for them. */
final class FilterLog {
  static final String EXPIRED = "Deadline expired: ";
  static final String REFUSED = "Refused: ";
  static final String LEFT = "Late worker left: ";

  private FilterLog() {}

  /** Everything of level WARNING that the filter logged. */
  static List<LogRecord> warnings(TestContainer container) {
    return container.log().of("io.github.deadlinefilter").stream()
        .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
        .toList();
  }

  static List<LogRecord> starting(TestContainer container, String with) {
    return starting(container, with, "");
  }

  private static List<LogRecord> starting(TestContainer container, String with, String having) {
    return warnings(container).stream()
        .filter(record -> ContainerLog.message(record).startsWith(with))
        .filter(record -> ContainerLog.message(record).contains(having))
        .toList();
  }

  /** Waits for {@code number} lines that start so, and returns them. */
  static List<LogRecord> await(TestContainer container, String with, int number) throws Exception {
    return await(container, with, "", number);
  }

  private static List<LogRecord> await(
      TestContainer container, String with, String having, int number) throws Exception {
    Gate.eventually(
        () -> starting(container, with, having).size() >= number,
        number + " log lines \"" + with + having + "\"");
    List<LogRecord> found = starting(container, with, having);
    if (found.size() != number) {
      throw new AssertionError("not " + number + " lines: " + ContainerLog.lines(found));
    }
    return found;
  }

  /** Waits for the only line of an expiry. */
  static String expired(TestContainer container) throws Exception {
    return ContainerLog.message(await(container, EXPIRED, 1).get(0));
  }

  /** Waits for the only line of an expiry on that route, whatever has expired beside it. */
  static String expired(TestContainer container, String route) throws Exception {
    return ContainerLog.message(await(container, EXPIRED, " route=\"" + route + "\" ", 1).get(0));
  }

  /** Waits for the only line of a refusal. */
  static String refused(TestContainer container) throws Exception {
    return ContainerLog.message(await(container, REFUSED, 1).get(0));
  }

  /** Waits for the only line of a late worker that has left. */
  static String left(TestContainer container) throws Exception {
    return ContainerLog.message(await(container, LEFT, 1).get(0));
  }
}
