package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fuzzes what the edge and the client say about a deadline: it is read as what it says, as {@link
 * BigDecimal} has it, or for nothing, and never throws. The first line of the input is an {@code
 * X-Request-Start}; each other is a header of the client's.
 */
final class OutsideFuzz {
  private static final long NOW = 1_700_000_000_000_000_000L;
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final Pattern LINE_END = Pattern.compile("[\r\n]+");
  private static final Pattern START =
      Pattern.compile("(?:t=)?([0-9]{10}(?:\\.[0-9]{1,9})?|[0-9]{13}|[0-9]{16}|[0-9]{19})");
  private static final Pattern SECONDS_OR_UNIT =
      Pattern.compile("([0-9]{1,19}(?:\\.[0-9]{1,9})?)(|[hHsS]|[mM]|[mMuU][sS])");
  private static final Pattern GRPC = Pattern.compile("([0-9]{1,8})([HMSmun])");
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,19}");
  private static final Map<String, Long> NANOS =
      Map.of(
          "", 1_000_000_000L,
          "s", 1_000_000_000L,
          "ms", 1_000_000L,
          "us", 1_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final Map<String, Long> GRPC_NANOS =
      Map.of(
          "H", 3_600_000_000_000L,
          "M", 60_000_000_000L,
          "S", 1_000_000_000L,
          "m", 1_000_000L,
          "u", 1_000L,
          "n", 1L);

  private OutsideFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = LINE_END.split(new String(input, ISO_8859_1), -1);
    start(lines[0]);
    HeaderedRequest request = new HeaderedRequest();
    request.add("X-Request-Start: " + lines[0]);
    for (String line : List.of(lines).subList(1, lines.length)) {
      int colon = line.indexOf(':');
      if (colon > 0 && !line.regionMatches(true, 0, "Content-Length", 0, 14)) {
        request.add(line);
        value(line.substring(colon + 1).strip());
      }
    }
    ClientDeadline client = new ClientDeadline(List.of(ClientHeader.values()));
    ClientDeadline.Asked asked = client.of(request.build());
    if (asked != null) {
      assertTrue(asked.nanos() > 0 && asked.nanos() < Long.MAX_VALUE, asked::toString);
      assertTrue(
          asked.waitSeconds() == 0 || asked.waitSeconds() * 1_000_000_000L == asked.nanos(),
          asked::toString);
    }
    long waited =
        new EdgeWait(new RequestStart("X-Request-Start", 0), () -> NOW).nanos(request.build());
    assertTrue(waited >= 0 && waited <= 600_000_000_000L, () -> "waited " + waited);
  }

  private static void start(String text) {
    Matcher form = START.matcher(text);
    long expected = Digits.MALFORMED;
    if (form.matches()) {
      String number = form.group(1);
      int point = number.indexOf('.');
      int digits = point < 0 ? number.length() : point;
      long nanos = nanos(new BigDecimal(number), BigDecimal.TEN.pow(19 - digits).longValue());
      expected = nanos == Long.MAX_VALUE ? Digits.MALFORMED : nanos;
    }
    long read = RequestStart.epochNanos(text);
    // Within a second of the end of the clock, which is in 2262, either is right.
    assertTrue(
        read == expected
            || (read == Digits.MALFORMED && expected > Long.MAX_VALUE - 2_000_000_000L),
        text + " is read as " + read);
  }

  private static void value(String text) {
    Matcher timeout = SECONDS_OR_UNIT.matcher(text);
    check(
        timeout.matches()
            ? nanos(
                new BigDecimal(timeout.group(1)),
                unit(NANOS, timeout.group(2).toLowerCase(java.util.Locale.ROOT)))
            : -1,
        ClientHeader.X_REQUEST_TIMEOUT,
        text);
    Matcher grpc = GRPC.matcher(text);
    check(
        grpc.matches() ? nanos(new BigDecimal(grpc.group(1)), unit(GRPC_NANOS, grpc.group(2))) : -1,
        ClientHeader.GRPC_TIMEOUT,
        text);
    boolean whole = WHOLE.matcher(text).matches();
    check(
        whole ? nanos(new BigDecimal(text), 1_000_000) : -1,
        ClientHeader.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS,
        text);
    check(whole ? nanos(new BigDecimal(text), 1_000_000_000) : -1, ClientHeader.PREFER, text);
    for (String word : PreferWait.words(text)) {
      assertTrue(text.contains(word), word);
    }
    if (whole) {
      assertEquals(
          List.of(text, text),
          PreferWait.words(
              "a=\"\\\",wait=1\";wait=2, wait=" + text + ",WAIT = \"" + text + "\";c"));
    }
  }

  private static long unit(Map<String, Long> units, String name) {
    return units.getOrDefault(name, 0L);
  }

  private static long nanos(BigDecimal number, long unit) {
    return number
        .multiply(BigDecimal.valueOf(unit))
        .setScale(0, RoundingMode.DOWN)
        .min(MOST)
        .longValueExact();
  }

  /** What is within an hour of the longest may be taken for that. */
  private static void check(long expected, ClientHeader header, String text) {
    long read = header.nanos(text);
    assertTrue(
        read == expected
            || (read == Long.MAX_VALUE && expected > Long.MAX_VALUE - 7_200_000_000_000L),
        () -> header + " " + text + " is " + read + ", not " + expected);
  }
}
