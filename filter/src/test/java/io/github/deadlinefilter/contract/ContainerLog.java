package io.github.deadlinefilter.contract;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;

/**
 * The last {@value #MOST} log records since {@link #open}, in memory in place of on the console:
 * everything that reaches {@code java.util.logging}, which is what Tomcat and {@code System.Logger}
 * use and where SLF4J is led for Jetty. The logging of a JVM is one, so logs that are open at the
 * same time hold the same records.
 *
 * <p>Thread-safe.
 */
public final class ContainerLog implements AutoCloseable {
  private static final int MOST = 2_000;
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  /** Tomcat's, where that has taken 100 ms: it is not of what is tested. */
  private static final String SLOW_MACHINE = "Creation of SecureRandom instance";

  private static final Logger ROOT = Logger.getLogger("");

  /** The console's handlers, away while any log is open. Guarded by the class. */
  private static final List<Handler> silenced = new ArrayList<>();

  private static int open;

  private final Deque<LogRecord> records = new ArrayDeque<>();
  private final Handler handler = new Collector();

  private ContainerLog() {}

  static ContainerLog open() {
    var log = new ContainerLog();
    synchronized (ContainerLog.class) {
      if (open++ == 0) {
        for (Handler console : ROOT.getHandlers()) {
          if (console instanceof ConsoleHandler) {
            silenced.add(console);
            ROOT.removeHandler(console);
          }
        }
      }
      ROOT.addHandler(log.handler);
    }
    return log;
  }

  /** All records, oldest first. */
  public List<LogRecord> records() {
    synchronized (records) {
      return new ArrayList<>(records);
    }
  }

  /** Forgets them: the exception of a record keeps the classes on its stack alive. */
  void clear() {
    synchronized (records) {
      records.clear();
    }
  }

  /** The records of level {@code WARNING} and above, but for {@link #SLOW_MACHINE}. */
  public List<LogRecord> warnings() {
    return records().stream()
        .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
        .filter(record -> !message(record).startsWith(SLOW_MACHINE))
        .toList();
  }

  /** The records of the loggers whose name begins with {@code prefix}. */
  public List<LogRecord> of(String prefix) {
    return records().stream()
        .filter(record -> String.valueOf(record.getLoggerName()).startsWith(prefix))
        .toList();
  }

  /** The record's message with its parameters filled in. */
  public static String message(LogRecord record) {
    return FORMATTER.formatMessage(record);
  }

  /** One line for each record, for the message of an assertion. */
  public static String lines(List<LogRecord> records) {
    return records.stream()
        .map(
            record ->
                record.getLevel()
                    + " "
                    + record.getLoggerName()
                    + " "
                    + message(record)
                    + (record.getThrown() == null ? "" : " / " + record.getThrown()))
        .collect(Collectors.joining("\n"));
  }

  /** Stops collecting; what was collected stays readable. Closing twice does nothing. */
  @Override
  public void close() {
    synchronized (ContainerLog.class) {
      if (!List.of(ROOT.getHandlers()).contains(handler)) {
        return;
      }
      ROOT.removeHandler(handler);
      if (--open == 0) {
        silenced.forEach(ROOT::addHandler);
        silenced.clear();
      }
    }
  }

  private final class Collector extends Handler {
    @Override
    public void publish(LogRecord record) {
      synchronized (records) {
        if (records.size() == MOST) {
          records.removeFirst();
        }
        records.addLast(record);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
