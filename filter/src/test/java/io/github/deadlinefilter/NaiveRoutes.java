package io.github.deadlinefilter;

import java.util.List;

/** Route matching as the servlet specification words it, slow and plain: the reference in tests. */
final class NaiveRoutes {
  private NaiveRoutes() {}

  /**
   * The name of the best rule, or {@code default}.
   *
   * @param rules {@code [METHOD ]PATTERN}, at most one method each
   */
  static String match(List<String> rules, String method, String path) {
    String best = "default";
    int bestRank = -1;
    for (String rule : rules) {
      int space = rule.indexOf(' ');
      int methodRank = methodRank(space < 0 ? "" : rule.substring(0, space), method);
      int patternRank = patternRank(rule.substring(space + 1), path);
      if (methodRank >= 0 && patternRank >= 0 && patternRank + methodRank > bestRank) {
        best = rule;
        bestRank = patternRank + methodRank;
      }
    }
    return best;
  }

  private static int methodRank(String ruled, String method) {
    if (ruled.equals(method)) {
      return 2;
    } else if (ruled.equals("GET") && method.equals("HEAD")) {
      return 1;
    }
    return ruled.isEmpty() ? 0 : -1;
  }

  private static int patternRank(String pattern, String path) {
    if (pattern.equals(path.equals("/") ? "\"\"" : path)) {
      return 1_000_000;
    } else if (pattern.equals("/")) {
      return 0;
    } else if (pattern.endsWith("/*")) {
      String prefix = pattern.substring(0, pattern.length() - 2);
      boolean matches = path.equals(prefix) || path.startsWith(prefix + "/");
      return matches ? 1_000 + 10 * prefix.length() : -1;
    } else if (pattern.startsWith("*.")) {
      String segment = path.substring(path.lastIndexOf('/') + 1);
      int dot = segment.lastIndexOf('.');
      return dot >= 0 && segment.substring(dot).equals(pattern.substring(1)) ? 10 : -1;
    }
    return -1;
  }
}
