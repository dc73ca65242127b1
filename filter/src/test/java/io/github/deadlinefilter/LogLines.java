package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What the filter logs during a test, on any thread, a line a record. As an extension. */
final class LogLines extends Handler implements BeforeEachCallback, AfterEachCallback {
  private static final Logger LOGGER = Logger.getLogger("io.github.deadlinefilter");
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  private final Function<LogRecord, String> line;
  private final List<String> lines = new ArrayList<>();

  private LogLines(Function<LogRecord, String> line) {
    this.line = line;
  }

  static LogLines ofMessages() {
    return new LogLines(FORMATTER::formatMessage);
  }

  static LogLines ofLevelsAndMessages() {
    return new LogLines(record -> record.getLevel() + " " + FORMATTER.formatMessage(record));
  }

  List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    LOGGER.addHandler(this);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LOGGER.removeHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    synchronized (lines) {
      lines.add(line.apply(record));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
