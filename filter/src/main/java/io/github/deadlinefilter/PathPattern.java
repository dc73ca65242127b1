package io.github.deadlinefilter;

import java.util.regex.Pattern;

/**
 * The pattern of a rule, as in the {@code url-pattern} of a servlet mapping. Immutable.
 *
 * @param key the characters that a path must have: all of it ({@link Kind#EXACT}), what is before
 *     {@code /*} ({@link Kind#PREFIX}), what is after the last dot ({@link Kind#EXTENSION}), none
 *     ({@link Kind#DEFAULT})
 */
record PathPattern(Kind kind, String key) {
  /** What the pattern compares, best first. */
  enum Kind {
    EXACT,
    PREFIX,
    EXTENSION,
    DEFAULT
  }

  private static final Pattern EXTENSION = Pattern.compile("\\*\\.([^/*.]+)");
  private static final Pattern PREFIX = Pattern.compile("((?:/[^*]*)?)/\\*");
  private static final Pattern EXACT = Pattern.compile("/[^*]+");
  private static final Pattern NEVER_IN_PATH = Pattern.compile("[;?]|%\\p{XDigit}{2}");

  static PathPattern parse(RuleText rule, String text) throws SettingsException {
    if (NEVER_IN_PATH.matcher(text).find()) {
      throw SettingsException.notADecodedPath(rule, text);
    } else if (text.equals("/")) {
      return new PathPattern(Kind.DEFAULT, "");
    } else if (text.equals("\"\"")) {
      return new PathPattern(Kind.EXACT, "/");
    } else if (EXACT.matcher(text).matches()) {
      return new PathPattern(Kind.EXACT, text);
    }
    var prefix = PREFIX.matcher(text);
    if (prefix.matches()) {
      return new PathPattern(Kind.PREFIX, prefix.group(1));
    }
    var extension = EXTENSION.matcher(text);
    if (extension.matches()) {
      return new PathPattern(Kind.EXTENSION, extension.group(1));
    }
    throw SettingsException.notAPattern(rule, text);
  }
}
