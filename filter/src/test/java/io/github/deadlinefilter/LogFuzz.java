package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Fuzzes what a stranger can bring into the log, the method and the name of the request: an expiry
 * stays one line in which every key stands once. The input is both.
 */
final class LogFuzz {
  private static final Pattern EXPIRED =
      Pattern.compile(
          "Deadline expired: incident=[0-9a-z]{9} reason=expired method=[A-Za-z0-9_?-]{0,20}"
              + " route=\"/\\*\"(?: request=[A-Za-z0-9_.:+/@?-]{1,64})? deadline=5s elapsed=5001ms phase=running worker=stuck"
              + " answer=direct"
              + " io=\"sql 1 call 0ms, still in sql [^\"\\p{Cc}\\u2028\\u2029]{0,243} for 0ms\"");
  private static final Pattern LEFT =
      Pattern.compile(
          "Late worker left: incident=[0-9a-z]{9} reason=expired method=[A-Za-z0-9_?-]{0,20}"
              + " route=\"/\\*\"(?: request=[A-Za-z0-9_.:+/@?-]{1,64})? deadline=5s elapsed=5001ms phase=running worker=left-late"
              + " overrun=1s ended=returned");
  private static final long MILLI = 1_000_000;
  private static final Logger LOGGER = Logger.getLogger("io.github.deadlinefilter");

  private LogFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    IoLedger ledger = new IoLedger(new ManualTicker(), 0);
    ledger.begin("sql", new String(input, UTF_8));
    ExpiryReport report =
        new ExpiryReport(
            Incident.next(),
            RequestId.clean(new String(input, ISO_8859_1)),
            Reason.EXPIRED,
            ExpiryReport.clean(new String(input, ISO_8859_1)),
            "/*",
            5_000 * MILLI,
            5_001 * MILLI,
            /* waitedNanos= */ 0,
            "running",
            /* ran= */ true,
            /* begun= */ true,
            ledger.summary(),
            ledger.calls(),
            ledger.most(0),
            List.of(),
            SlowLine.UNKNOWN);

    List<String> lines =
        logged(
            () -> {
              report.answered(ExpiryReport.Answer.DIRECT, /* left= */ false, null);
              report.leftLate(6_001 * MILLI, null);
            });

    assertEquals(2, lines.size());
    assertTrue(EXPIRED.matcher(lines.get(0)).matches(), lines.get(0));
    assertTrue(LEFT.matcher(lines.get(1)).matches(), lines.get(1));
  }

  private static List<String> logged(Runnable logs) {
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            lines.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    boolean inherited = LOGGER.getUseParentHandlers();
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(handler);
    try {
      logs.run();
    } finally {
      LOGGER.removeHandler(handler);
      LOGGER.setUseParentHandlers(inherited);
    }
    return lines;
  }
}
