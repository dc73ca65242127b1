package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Fuzzes the choice of the direct answer's format: {@link NaiveAccept} makes the same one, and what
 * stands past the part that is read changes nothing. The input is the header {@code Accept}.
 */
final class AcceptFuzz {
  private static final int LONGEST_READ = 2_000;
  private static final int MOST_READ = 50;
  private static final String MORE = ",image/png;q=0.1".repeat(1_000);

  private AcceptFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String accept = new String(input, ISO_8859_1);
    ReplyFormat format = ReplyFormat.of(accept);
    long commas = accept.chars().filter(c -> c == ',').count();
    if (accept.length() > LONGEST_READ || commas >= MOST_READ) {
      return;
    }
    assertEquals(NaiveAccept.choose(accept), format);
    if (accept.indexOf('"') < 0) {
      assertEquals(format, ReplyFormat.of(accept + MORE));
    }
  }
}
