package io.github.deadlinefilter.jdbc;

/** A statement as the ledger shows it: without what belongs to a user. */
final class StatementText {
  /** Of what is shown; the ledger shows no more either. */
  private static final int LONGEST = 121;

  private StatementText() {}

  /**
   * {@code sql} with {@code ?} for every string and number in it, and its beginning only.
   *
   * @param product the one that says whether a double quote begins a string or a name
   */
  static String withoutLiterals(String sql, Product product) {
    boolean doubleQuotes = product == Product.MARIADB || product == Product.MYSQL;
    StringBuilder text = new StringBuilder(Math.min(sql.length(), LONGEST));
    int at = 0;
    while (at < sql.length() && text.length() < LONGEST) {
      char c = sql.charAt(at);
      int next = at + 1;
      if (sql.startsWith("--", at) || (c == '#' && doubleQuotes)) {
        next = after(sql, '\n', at);
        text.append(' ');
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        next = end < 0 ? sql.length() : end + 2;
        text.append(' ');
      } else if (c == '`' || (c == '"' && !doubleQuotes)) {
        next = after(sql, c, at + 1); // a name, which may have a quote in it
        text.append(sql, at, next);
      } else if ((c == 'q' || c == 'Q') && sql.startsWith("'", next) && beginsWord(sql, at)) {
        next = sql.length(); // Oracle's, which ends with whatever it says
        text.append('?');
      } else if (c == '\'' || (c == '"' && doubleQuotes)) {
        next = afterQuoted(sql, at);
        text.append('?');
      } else if (c == '$' && next < sql.length() && isDollarQuote(sql, at)) {
        next = afterDollarQuoted(sql, at);
        text.append('?');
      } else if (isDigit(c) && beginsWord(sql, at)) {
        while (next < sql.length() && isOfNumber(sql.charAt(next))) {
          next++;
        }
        text.append('?');
      } else {
        text.append(c);
      }
      at = next;
    }
    return text.toString();
  }

  private static boolean beginsWord(String sql, int at) {
    return at == 0 || !Character.isJavaIdentifierPart(sql.charAt(at - 1));
  }

  /** Behind the next {@code c}; the end if there is none. */
  private static int after(String sql, char c, int from) {
    int at = sql.indexOf(c, from);
    return at < 0 ? sql.length() : at + 1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isOfNumber(char c) {
    return c == '.' || Character.isLetterOrDigit(c);
  }

  /**
   * Behind the quote that ends what begins at {@code start}. With a backslash in it nobody knows
   * without the server's settings, so that all the rest counts as quoted: better too little shown.
   */
  private static int afterQuoted(String sql, int start) {
    char quote = sql.charAt(start);
    for (int at = start + 1; at < sql.length(); at++) {
      char c = sql.charAt(at);
      if (c == '\\') {
        return sql.length();
      } else if (c == quote) {
        if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
          at++;
        } else {
          return at + 1;
        }
      }
    }
    return sql.length();
  }

  /** PostgreSQL: {@code $tag$ ... $tag$}, and {@code $1} for a parameter. */
  private static boolean isDollarQuote(String sql, int start) {
    int end = sql.indexOf('$', start + 1);
    return end >= 0
        && sql.substring(start + 1, end).chars().allMatch(Character::isJavaIdentifierPart)
        && !isDigit(sql.charAt(start + 1));
  }

  private static int afterDollarQuoted(String sql, int start) {
    int end = sql.indexOf('$', start + 1);
    String tag = sql.substring(start, end + 1);
    int close = sql.indexOf(tag, end + 1);
    return close < 0 ? sql.length() : close + tag.length();
  }
}
