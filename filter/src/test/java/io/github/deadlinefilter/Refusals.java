package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;

/** What every refusal to deploy promises, whatever was given. */
final class Refusals {
  private static final Pattern FORM =
      Pattern.compile("DeadlineFilter does not deploy: .+[.?] Accepted: .+\\.");
  // Controls, halves of surrogate pairs, and what else ends a line.
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028\\u2029]");
  private static final int LONGEST_QUOTE = 200;
  private static final int LONGEST = 2_000;

  private Refusals() {}

  /** One line that has all of {@code named} as they were given, and what is accepted. */
  static void check(SettingsException refusal, String... named) {
    String message = String.valueOf(refusal.getMessage());
    assertFalse(INVISIBLE.matcher(message).find(), message);
    assertTrue(FORM.matcher(message).matches(), message);
    assertTrue(message.length() < LONGEST, message);
    for (String text : named) {
      if (isQuotedAsItIs(text)) {
        assertTrue(message.contains(text), text + " is not in: " + message);
      }
    }
  }

  static boolean isQuotedAsItIs(String text) {
    return text.length() <= LONGEST_QUOTE && !INVISIBLE.matcher(text).find();
  }
}
