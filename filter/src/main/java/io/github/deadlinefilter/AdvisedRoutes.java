package io.github.deadlinefilter;

import java.util.Iterator;
import java.util.Map;

/**
 * The setting {@code routes} with the advised deadlines in it, to be put in place of the present
 * one: line for line as it was given, so that a comparison shows what has changed and nothing else.
 * Stateless.
 */
final class AdvisedRoutes {
  private AdvisedRoutes() {}

  /**
   * The text for a builder, a variable or a property; {@link #xml} is the one for web.xml.
   *
   * @param advised of each route by its name, where there is an advised deadline
   */
  static String text(Routes routes, Map<String, Advice> advised) {
    StringBuilder text = new StringBuilder();
    Advice rest = advised.get(Route.DEFAULT_NAME);
    if (rest != null && isNews(rest)) {
      text.append("# the parameter deadline, which is not a rule, could be ")
          .append(RoundDeadlines.text(rest.advisedNanos()))
          .append(" # was ")
          .append(RoundDeadlines.text(rest.figures().route().deadlineNanos()))
          .append('\n');
    }
    Iterator<RouteRule> rules = routes.rules().iterator();
    for (String line : RouteRules.lines(routes.text())) {
      boolean isRule = !RouteRules.ruleOf(line).isEmpty();
      text.append(isRule ? line(line, rules.next(), advised) : line).append('\n');
    }
    text.setLength(text.length() - 1); // lines are what is between the ends of lines
    return text.toString();
  }

  private static String line(String line, RouteRule rule, Map<String, Advice> advised) {
    Advice advice = advised.get(rule.route().name());
    if (advice == null || !isNews(advice)) {
      return line;
    }
    String given = rule.text().text();
    int at = line.indexOf(given);
    return line.substring(0, at)
        + rule.withDeadline(RoundDeadlines.text(advice.advisedNanos()))
        + " # was "
        + rule.deadlineText()
        + line.substring(at + given.length());
  }

  /** The text may have that deadline, where somebody has given another one in the meantime. */
  private static boolean isNews(Advice advice) {
    return advice.advisedNanos() != advice.figures().route().deadlineNanos();
  }

  /** A text as it has to stand in an XML file. */
  static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
