package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the preference {@code wait} in a header {@code Prefer} of RFC 7240, among others and their
 * parameters. Stateless; never throws, whatever a client sends.
 */
final class PreferWait {
  private PreferWait() {}

  /**
   * What is said of {@code wait}, without quotes and mostly once.
   *
   * @param field the value of one header field
   */
  static List<String> words(String field) {
    List<String> words = new ArrayList<>(1);
    int from = 0;
    while (from < field.length()) {
      int end = end(field, from, /* parameters= */ true);
      addWait(field.substring(from, Math.min(end, end(field, from, false))), words);
      from = end + 1;
    }
    return words;
  }

  /**
   * Where a preference ends.
   *
   * @param parameters that this is with its parameters
   */
  private static int end(String field, int from, boolean parameters) {
    boolean quoted = false;
    for (int i = from; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && c == '\\') {
        i++;
      } else if (!quoted && (c == ',' || (c == ';' && !parameters))) {
        return i;
      }
    }
    return field.length();
  }

  private static void addWait(String preference, List<String> words) {
    int equals = preference.indexOf('=');
    String name = (equals < 0 ? preference : preference.substring(0, equals)).strip();
    if (name.equalsIgnoreCase("wait")) {
      String word = equals < 0 ? "" : preference.substring(equals + 1).strip();
      boolean quoted = word.length() >= 2 && word.startsWith("\"") && word.endsWith("\"");
      words.add(quoted ? word.substring(1, word.length() - 1) : word);
    }
  }
}
