package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the parameter {@code routes}: one rule a line, {@code #} begins a comment. Stateless. */
final class RouteRules {
  // Within a rule, only a "#" after white space begins a comment: a path may contain one.
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");
  private static final Pattern LINE_END = Pattern.compile("\\R");

  private RouteRules() {}

  /**
   * @param defaults the route of requests that no rule names, and the limits of rules that do not
   *     say otherwise
   */
  static Routes parse(Given routes, Route defaults) throws SettingsException {
    List<RouteRule> rules = new ArrayList<>();
    int number = 0;
    for (String line : lines(routes.text())) {
      number++;
      String text = ruleOf(line);
      if (!text.isEmpty()) {
        RuleText rule = new RuleText(text, routes.place() + ", routes line " + number);
        rules.add(RouteRule.parse(rule, defaults));
      }
    }
    return Routes.of(rules, defaults, routes.text());
  }

  static List<String> lines(String text) {
    return List.of(LINE_END.split(text, -1));
  }

  /** What is in a line but for its comment and the white space around; empty if it has no rule. */
  static String ruleOf(String line) {
    return COMMENT.matcher(line).replaceFirst("").strip();
  }
}
