package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.contract.ContainerLog;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that this JVM logs. What the filter says goes into the {@link Ledger} of the
 * container that it was about; of the rest, each warning or error has to be accounted for.
 *
 * <p>Thread-safe. The logging of a JVM is one, so there is one of these at a time.
 */
final class SoakLog extends Handler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");
  private static final String FILTER = "io.github.deadlinefilter";

  private static final Pattern EXPIRED =
      Pattern.compile(
          "Deadline expired: incident=(\\S+) reason=\\S+ method=\\S+ route=\"/([a-z0-9]+)-[^\"]*\" .*"
              + " worker=(\\S+) answer=(\\S+)(?: io=\"[^\"]*\")?(?: at=\"[^\"]*\")?(?: samples=\\d)?");
  private static final Pattern LEFT =
      Pattern.compile("Late worker left: incident=(\\S+) .* route=\"/([a-z0-9]+)-[^\"]*\" .*");

  /** At the end of the path that a record is about. */
  private static final Pattern TOKEN =
      Pattern.compile("/([a-z0-9]{" + Tokens.LENGTH + "})(?![a-z0-9])");

  /** A kind of record that the soak brings about, and why that is as it should be. */
  private record AccountedFor(
      String logger, Pattern message, @Nullable String thrown, String reason) {
    AccountedFor(String logger, String message, @Nullable String thrown, String reason) {
      this(logger, Pattern.compile(message, Pattern.DOTALL), thrown, reason);
    }

    boolean covers(LogRecord record, String text) {
      return String.valueOf(record.getLoggerName()).startsWith(logger)
          && message.matcher(text).matches()
          && (thrown == null || origin(record.getThrown()).contains(thrown));
    }

    /** What was thrown and where: by whom, and by whom that was called. */
    private static String origin(@Nullable Throwable thrown) {
      return thrown == null
          ? ""
          : Stream.concat(Stream.of(thrown), Arrays.stream(thrown.getStackTrace()).limit(2))
              .map(String::valueOf)
              .collect(Collectors.joining("\n"));
    }
  }

  private static final String CUT_OFF = "The deadline passed after the response had begun";

  private static final List<AccountedFor> ACCOUNTED_FOR =
      List.of(
          new AccountedFor(
              "org.eclipse.jetty", ".*" + CUT_OFF, null, "Jetty logs each response that is cut"),
          new AccountedFor(
              "org.apache.catalina", ".*", CUT_OFF, "Tomcat logs each response that is cut"),
          new AccountedFor(
              "org.apache.catalina",
              "Servlet.service\\(\\) for servlet .* threw exception.*",
              DeadlineExceededException.class.getName(),
              "Tomcat logs what the target of a late forward or include throws"),
          new AccountedFor(
              "org.apache.catalina.util.SessionIdGeneratorBase",
              "Creation of SecureRandom instance .* took .*",
              null,
              "Tomcat is slow to draw its first session's number on a busy machine"),
          new AccountedFor(
              "org.apache.catalina.connector.CoyoteAdapter",
              "Exception while processing an asynchronous request",
              "[asyncTimeout()] is not valid for a request with Async state [ERROR]",
              "Tomcat's own time-out comes when a write to a client that has gone has just failed"),
          new AccountedFor(
              "org.apache.coyote",
              "Error reading request, ignored",
              "[asyncOperation()] is not valid for a request with Async state [COMPLETING]",
              "Tomcat looks for a listener to tell of bytes while another thread completes"),
          new AccountedFor(
              "org.eclipse.jetty.util.thread.SerializedInvoker",
              "Serialized invocation error",
              "api=BLOCKING",
              "Jetty hears of the end of a non-blocking write after it has recycled the output"),
          new AccountedFor(
              "io.undertow.request",
              "UT005088: .*",
              null,
              "Undertow closes non-blocking output of which the client has gone, or that was cut"),
          new AccountedFor(
              "org.xnio",
              "XNIO000011: Task io.undertow.servlet.spec.ServletOutputStreamImpl.*",
              "channel\" is null",
              "Undertow asks for the first bytes of an output whose cycle has been completed"),
          new AccountedFor(
              "org.eclipse.jetty.util.thread.QueuedThreadPool",
              "Job failed",
              "CompletionException: org.eclipse.jetty.io.EofException: ",
              "Jetty closes parts at the end of a request, late or reset, whose body has not come"),
          new AccountedFor(
              "org.eclipse.jetty.server.handler.ErrorHandler",
              "Error page too large: >\\d+ 400 .*",
              null,
              "Jetty's page for a body that its user has not sent whole; who waits finds the 400"),
          new AccountedFor(
              FILTER,
              "Answering an expired request failed",
              "io.undertow.server.AbstractServerConnection.getExtraBytes",
              "Undertow ends an answer by what has been read ahead, which a reader just gives back"),
          new AccountedFor(
              FILTER,
              "A stuck worker keeps a container thread, .*",
              null,
              "Undertow is not asked for one more"),
          new AccountedFor(
              "", ".*", Behaviour.Unwell.class.getName(), "what THROWS throws is an error page"));

  private final Findings findings;
  private final Map<String, Ledger> ledgers = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> accounted = new ConcurrentHashMap<>();

  SoakLog(Findings findings) {
    this.findings = findings;
  }

  void open() {
    ROOT.addHandler(this);
  }

  Ledger ledger(String container) {
    return ledgers.computeIfAbsent(container, name -> new Ledger());
  }

  /** How many records there were of each kind that is accounted for. */
  Map<String, LongAdder> accounted() {
    return accounted;
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() < Level.WARNING.intValue()) {
      return;
    }
    String text = ContainerLog.message(record);
    if (FILTER.equals(record.getLoggerName()) && enter(text)) {
      return;
    }
    for (AccountedFor kind : ACCOUNTED_FOR) {
      if (kind.covers(record, text)) {
        accounted.computeIfAbsent(kind.reason(), reason -> new LongAdder()).increment();
        return;
      }
    }
    String finding =
        "logged: "
            + ContainerLog.lines(List.of(record))
            + "\n    on the thread that has last begun "
            + SoakApplication.begunHere()
            + stack(record.getThrown());
    Matcher token = TOKEN.matcher(text);
    if (token.find()) {
      findings.addUnlessLost(token.group(1), finding);
    } else {
      findings.add(finding);
    }
  }

  private boolean enter(String text) {
    Matcher expired = EXPIRED.matcher(text);
    if (expired.matches()) {
      ledger(expired.group(2)).expired(expired.group(1), expired.group(3), expired.group(4));
      return true;
    }
    if (text.startsWith("Refused: ") || text.startsWith("Interrupt ignored: ")) {
      return true; // some of many
    }
    Matcher left = LEFT.matcher(text);
    if (left.matches()) {
      ledger(left.group(2)).left(left.group(1));
      return true;
    }
    return false;
  }

  /** What was thrown, and what caused it, with as much of the stacks as a person reads. */
  static String stack(@Nullable Throwable thrown) {
    var stack = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      stack.append("\n    ").append(cause);
      for (StackTraceElement frame : cause.getStackTrace()) {
        stack.append("\n      at ").append(frame);
        if (stack.length() > 3_000) {
          return stack + " ...";
        }
      }
    }
    return stack.toString();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
  }
}
