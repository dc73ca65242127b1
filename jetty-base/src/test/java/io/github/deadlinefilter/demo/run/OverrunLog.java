package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The demo's log, in which the filter says of each late worker when it left. Any thread. */
final class OverrunLog {
  private static final Pattern INCIDENT =
      Pattern.compile("[Ii]ncident\\W+(?:code\\W+)?([0-9a-z]{9})\\b");

  private static final long LOOK_NANOS = 50_000_000;

  private final Path log;

  OverrunLog(Path log) {
    this.log = log;
  }

  /** Waits until the worker of a 503 has left; how many milliseconds after the expiry that was. */
  long await(String answer) {
    Matcher incident = INCIDENT.matcher(answer);
    if (!incident.find()) {
      throw new AssertionError("no incident in " + answer);
    }
    var left =
        Pattern.compile(
            ": incident="
                + incident.group(1)
                + " .* (?:worker=left .*|worker=left-late overrun=([0-9]+)(ms|s) .*)");
    Matcher found = left.matcher(text());
    while (!found.find()) {
      LockSupport.parkNanos(LOOK_NANOS);
      found = left.matcher(text());
    }
    return found.group(1) == null
        ? 0
        : Long.parseLong(found.group(1)) * (found.group(2).equals("s") ? 1_000 : 1);
  }

  private String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
