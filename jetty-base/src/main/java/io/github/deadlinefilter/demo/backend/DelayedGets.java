package io.github.deadlinefilter.demo.backend;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives memcached the slow command that it lacks: the reply to {@code get delay:SECONDS:...} is
 * held back for that long. The command itself reaches the memcached at once and unchanged, and
 * other connections see nothing of it.
 *
 * <p>One for each connection. It reads lines and does not know which of them are data of a {@code
 * set}, which is enough for a client that only gets.
 */
final class DelayedGets implements ReplyHold {
  private static final Pattern DELAYED =
      Pattern.compile("gets? delay:([0-9]{1,3}(?:\\.[0-9]{1,3})?):\\S*\\s*");
  private static final int LONGEST_LINE = 300; // a key has at most 250

  private final StringBuilder line = new StringBuilder();

  @Override
  public long holdNanos(ByteBuffer request) {
    long longest = 0;
    while (request.hasRemaining()) {
      char c = (char) (request.get() & 0xff);
      if (c != '\n') {
        if (line.length() < LONGEST_LINE) {
          line.append(c);
        }
        continue;
      }
      Matcher get = DELAYED.matcher(line);
      if (get.matches()) {
        longest = Math.max(longest, new BigDecimal(get.group(1)).movePointRight(9).longValue());
      }
      line.setLength(0);
    }
    return longest;
  }
}
