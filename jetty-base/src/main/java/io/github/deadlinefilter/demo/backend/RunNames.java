package io.github.deadlinefilter.demo.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Finds the names of the page's runs in what a client sends, whatever the protocol. One for each
 * connection; it remembers the end of the last piece, for a name may be cut in two.
 */
final class RunNames {
  private static final int LONGEST = "run-".length() + 12;

  private String before = "";

  /** The last name in the next piece, or null. */
  @Nullable String in(ByteBuffer piece) {
    String text = before + ISO_8859_1.decode(piece);
    Matcher name = RunLog.NAME.matcher(text);
    String found = null;
    int searched = 0;
    while (name.find()) {
      found = name.group();
      searched = name.end(); // so that it is not found once more with the next piece
    }
    before = text.substring(Math.max(searched, text.length() - LONGEST + 1));
    return found;
  }
}
