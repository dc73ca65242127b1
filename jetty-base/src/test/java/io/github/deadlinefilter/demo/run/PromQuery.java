package io.github.deadlinefilter.demo.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a query asks Prometheus for: as much of its language as the dashboard speaks. What is not
 * understood is an error.
 */
final class PromQuery {
  private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");
  private static final Set<String> GROUPINGS =
      Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*("
              + NAME
              + "|\\[[^\\]]*]" // a range
              + "|\"(?:[^\"\\\\]|\\\\.)*\""
              + "|[0-9.]+"
              + "|[=!]~|[=!<>]=|[-+*/%^<>=(){},])\\s*");

  /** {@code label operator "value"}, between braces. */
  record Condition(String label, String operator, String value) {}

  /**
   * Samples that are asked for.
   *
   * @param range what is between brackets, or empty
   * @param functions whose arguments they are in, the innermost first
   */
  record Selector(String name, List<Condition> conditions, String range, List<String> functions) {}

  private final String text;
  private final List<String> tokens = new ArrayList<>();
  private int at;
  private final List<Selector> selectors = new ArrayList<>();
  private final Set<String> groups = new LinkedHashSet<>();

  PromQuery(String text) {
    this.text = text;
    Matcher token = TOKEN.matcher(text);
    int end = 0;
    while (token.region(end, text.length()).lookingAt()) {
      tokens.add(token.group(1));
      end = token.end();
    }
    if (end < text.length()) {
      throw new AssertionError("not understood: " + text.substring(end));
    }
    read();
  }

  List<Selector> selectors() {
    return selectors;
  }

  /** The labels that it groups by, or matches series on. */
  Set<String> groups() {
    return groups;
  }

  private void read() {
    Deque<String> open = new ArrayDeque<>();
    String function = "";
    while (at < tokens.size()) {
      String token = next();
      if (GROUPINGS.contains(token)) {
        readGroups();
      } else if (token.equals("(")) {
        open.push(function);
        function = "";
      } else if (token.equals(")")) {
        open.pop();
      } else if (NAME.matcher(token).matches() && !OPERATORS.contains(token)) {
        if (peek().equals("(") || GROUPINGS.contains(peek())) {
          function = token;
        } else {
          readSelector(token, open.stream().filter(name -> !name.isEmpty()).toList());
        }
      }
    }
    if (!open.isEmpty()) {
      throw new AssertionError("not closed: " + text);
    }
  }

  private void readGroups() {
    expect("(");
    for (String token = next(); !token.equals(")"); token = next()) {
      if (!token.equals(",")) {
        groups.add(token);
      }
    }
  }

  private void readSelector(String name, List<String> functions) {
    var conditions = new ArrayList<Condition>();
    if (peek().equals("{")) {
      next();
      for (String token = next(); !token.equals("}"); token = next()) {
        if (!token.equals(",")) {
          String operator = next();
          String quoted = next();
          conditions.add(new Condition(token, operator, quoted.substring(1, quoted.length() - 1)));
        }
      }
    }
    String range = peek().startsWith("[") ? next() : "[]";
    selectors.add(
        new Selector(name, conditions, range.substring(1, range.length() - 1), functions));
  }

  private void expect(String token) {
    if (!next().equals(token)) {
      throw new AssertionError(token + " is missing: " + text);
    }
  }

  private String next() {
    if (at == tokens.size()) {
      throw new AssertionError("not complete: " + text);
    }
    return tokens.get(at++);
  }

  /** Empty at the end. */
  private String peek() {
    return at < tokens.size() ? tokens.get(at) : "";
  }
}
