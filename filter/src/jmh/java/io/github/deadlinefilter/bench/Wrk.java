package io.github.deadlinefilter.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run of <a href="https://github.com/wg/wrk">wrk</a>: as many requests as a number of connections
 * brings about, one after the other on each.
 *
 * @param rate requests in a second
 * @param requests how many there were
 * @param p50 microseconds
 * @param p99 microseconds
 */
record Wrk(double rate, long requests, double p50, double p99) {
  private static final Pattern REQUESTS = Pattern.compile("([0-9]+) requests in");
  private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
  private static final Pattern P50 = Pattern.compile("50% +([0-9.]+)(us|ms|s)");
  private static final Pattern P99 = Pattern.compile("99% +([0-9.]+)(us|ms|s)");
  private static final Pattern BAD = Pattern.compile("Non-2xx|Socket errors.*[1-9]");

  /** Fails if a request does. */
  static Wrk run(String url, int connections, int seconds) {
    try {
      Process process =
          new ProcessBuilder(
                  List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", url))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (process.waitFor() != 0 || BAD.matcher(said).find()) {
        throw new IllegalStateException("wrk says: " + said);
      }
      return new Wrk(
          Double.parseDouble(find(RATE, said).group(1)),
          Long.parseLong(find(REQUESTS, said).group(1)),
          micros(find(P50, said)),
          micros(find(P99, said)));
    } catch (IOException e) {
      throw new IllegalStateException("wrk is needed (Debian has it as a package)", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Matcher find(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new IllegalStateException("wrk says: " + text);
    }
    return found;
  }

  private static double micros(Matcher time) {
    double unit =
        switch (time.group(2)) {
          case "us" -> 1;
          case "ms" -> 1_000;
          default -> 1_000_000;
        };
    return Double.parseDouble(time.group(1)) * unit;
  }
}
