package io.github.deadlinefilter;

import jakarta.servlet.ServletException;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to deploy. The message names what was given, where, and what is accepted; all messages
 * are worded here, each by a factory of its own. Thrown while the filter is deployed.
 */
final class SettingsException extends ServletException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_QUOTE = 200;

  /** Controls, halves of surrogate pairs, and what else ends a line. */
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028\\u2029]");

  private SettingsException(String problem, String accepted) {
    this(problem, "", accepted);
  }

  private SettingsException(String problem, String hint, String accepted) {
    super(
        visible(
            "DeadlineFilter does not deploy: "
                + problem
                + "."
                + hint
                + " Accepted: "
                + accepted
                + "."));
  }

  /** One line, and nothing in it that a terminal or a log would take for its own. */
  private static String visible(String message) {
    return INVISIBLE.matcher(message).replaceAll("\uFFFD");
  }

  // Names

  static SettingsException unknownParameter(
      String name, String place, String prefix, Collection<String> known) {
    String bare = name.substring(prefix.length());
    String meant = Nearest.to(bare, known.stream().map(k -> k.substring(prefix.length())).toList());
    return new SettingsException(
        quote(name) + " (" + place + ") is not a parameter",
        didYouMean(prefix, meant),
        String.join(", ", known));
  }

  static SettingsException unknownRouteKey(RuleText rule, String key, Collection<String> known) {
    return new SettingsException(
        rule + " has an unknown key " + quote(key),
        didYouMean("", Nearest.to(key, known)),
        String.join(", ", known));
  }

  private static String didYouMean(String prefix, @Nullable String meant) {
    return meant == null ? "" : " Did you mean " + quote(prefix + meant) + "?";
  }

  // Values

  static SettingsException notADuration(Given given, String accepted) {
    return new SettingsException(is(given) + "which is not a duration", accepted);
  }

  static SettingsException durationWithoutUnit(Given given, String accepted) {
    return new SettingsException(is(given) + "but its unit is missing", accepted);
  }

  static SettingsException zeroDuration(Given given, String accepted) {
    return new SettingsException(is(given) + "but it must be longer than zero", accepted);
  }

  static SettingsException negativeDuration(Given given, String accepted) {
    return new SettingsException(is(given) + "but it must not be negative", accepted);
  }

  static SettingsException durationTooLong(Given given, String accepted) {
    return new SettingsException(is(given) + "which is longer than 365 days", accepted);
  }

  static SettingsException durationTooFine(Given given, String accepted) {
    return new SettingsException(is(given) + "which is finer than a nanosecond", accepted);
  }

  static SettingsException notWholeSeconds(Given given, String accepted) {
    return new SettingsException(is(given) + "which is not in whole seconds", accepted);
  }

  static SettingsException notACount(Given given, int least, int most) {
    return new SettingsException(
        is(given) + "which is not such a number", "a whole number from " + least + " to " + most);
  }

  static SettingsException notOneOf(Given given, String accepted) {
    return new SettingsException(is(given) + "which is not one of its values", accepted);
  }

  static SettingsException notAContextPath(Given given) {
    return new SettingsException(
        is(given) + "which is not a path in this application",
        "a context path such as /WEB-INF/timeout.jsp that begins with one /, or none");
  }

  static SettingsException notAClientHeader(Given given, String name, String accepted) {
    return new SettingsException(
        is(given) + "and " + quote(name) + " is not a header that is understood", accepted);
  }

  static SettingsException duplicateClientHeader(Given given, String name) {
    return new SettingsException(is(given) + "with " + name + " twice", "each header once");
  }

  static SettingsException noVirtualThreads(Given given) {
    return new SettingsException(
        is(given) + "but this JVM has no virtual threads (Java 21 and later have them)",
        "auto, pool, container");
  }

  static SettingsException notAnExecutor(String name, String found) {
    return new SettingsException(
        "worker is " + quote("jndi:" + name) + ", and in JNDI there is " + found,
        "the name of a ManagedExecutorService, or of any java.util.concurrent.Executor");
  }

  static SettingsException notAListener(String found) {
    return new SettingsException(
        "the servlet context's attribute " + DeadlineListener.ATTRIBUTE + " holds " + found,
        "a DeadlineListener, or a collection of them");
  }

  // Rules

  static SettingsException ruleWithoutDuration(RuleText rule) {
    return new SettingsException(rule + " gives no deadline", RuleText.FORM);
  }

  static SettingsException ruleWithoutPattern(RuleText rule) {
    return new SettingsException(rule + " has no pattern", RuleText.FORM);
  }

  static SettingsException notAKeyAndValue(RuleText rule, String token) {
    return new SettingsException(
        rule + " has " + quote(token) + " after its deadline", RuleText.FORM);
  }

  static SettingsException duplicateRouteKey(RuleText rule, String key) {
    return new SettingsException(
        rule + " gives " + quote(key) + " twice", "each key once in a rule");
  }

  static SettingsException idleWithoutCommit(RuleText rule, Given idle) {
    return new SettingsException(
        rule + " has idle=" + idle.text() + ", which counts from the begin of the response on",
        "idle together with until=commit");
  }

  static SettingsException shedWithCommit(RuleText rule) {
    return new SettingsException(
        rule + " has shed=doomed, which compares its deadline with whole requests",
        "shed=doomed together with until=complete");
  }

  static SettingsException limitWithoutDeadline(RuleText rule) {
    return new SettingsException(
        rule + " limits requests that have no deadline and pass untouched",
        "max, queue, maxStuck and shed together with a deadline");
  }

  static SettingsException queueWithoutMax(RuleText rule, Given queue) {
    return new SettingsException(
        rule + " has queue=" + queue.text() + ", which counts those that wait for one of max",
        "queue together with max");
  }

  static SettingsException notAMethod(RuleText rule, String method) {
    return new SettingsException(
        rule + " has the method " + quote(method) + ", which is not a method name",
        "methods in upper case, separated by commas, such as GET or GET,POST");
  }

  static SettingsException duplicateMethod(RuleText rule, String method) {
    return new SettingsException(
        rule + " names the method " + quote(method) + " twice", "each method once in a rule");
  }

  static SettingsException notAPattern(RuleText rule, String pattern) {
    return new SettingsException(
        rule + " has the pattern " + quote(pattern) + ", which is not a mapping pattern",
        "an exact path /a/b, a prefix /a/* or /*, an extension *.jsp, / for what no other pattern"
            + " matches, \"\" for the context root");
  }

  static SettingsException notADecodedPath(RuleText rule, String pattern) {
    return new SettingsException(
        rule + " has the pattern " + quote(pattern) + ", which no path can match",
        "a pattern for the decoded path alone, without %-escapes, ;parameters and ?query");
  }

  static SettingsException duplicateRule(RuleText rule, RuleText first) {
    return new SettingsException(
        rule + " is for the same requests as " + first, "one rule for a method and a pattern");
  }

  private static String is(Given given) {
    return given.name() + " is " + quote(given.text()) + " (" + given.place() + "), ";
  }

  static String quote(String text) {
    return '"'
        + (text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...")
        + '"';
  }
}
