package io.github.deadlinefilter.demo;

/** The two things that the demo's JSON needs: a quoted string, and a number of seconds. */
final class Json {
  private Json() {}

  static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  /** Seconds with milliseconds, in the form of every locale's JSON. */
  static String seconds(long nanos) {
    long millis = Math.round(nanos / 1e6);
    return millis / 1000 + "." + String.format("%03d", millis % 1000);
  }
}
