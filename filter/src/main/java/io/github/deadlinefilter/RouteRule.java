package io.github.deadlinefilter;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule: {@code [METHOD[,METHOD]] PATTERN = DURATION or none [key=value ...]}. Immutable.
 *
 * @param methods that it names; empty for all
 */
record RouteRule(RuleText text, Set<String> methods, PathPattern pattern, Route route) {
  private static final List<String> KEYS =
      List.of(
          "onExpiry",
          "grace",
          "status",
          "retryAfter",
          "serverTiming",
          "until",
          "idle",
          "max",
          "queue",
          "maxStuck",
          "shed");

  // A pattern may contain "=", so one that stands apart is preferred.
  private static final Pattern EQUALS_APART = Pattern.compile("\\s=");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");
  // A token of HTTP without lower-case letters and not of signs alone.
  private static final Pattern METHOD =
      Pattern.compile("[A-Z0-9!#$%&'*+.^_`|~-]*[A-Z][A-Z0-9!#$%&'*+.^_`|~-]*");

  /**
   * @param defaults for what the rule does not say
   */
  static RouteRule parse(RuleText rule, Route defaults) throws SettingsException {
    String text = rule.text();
    int equals = equalsSign(text);
    if (equals < 0) {
      throw SettingsException.ruleWithoutDuration(rule);
    }
    String left = text.substring(0, equals).strip();
    String right = text.substring(equals + 1).strip();
    if (left.isEmpty()) {
      throw SettingsException.ruleWithoutPattern(rule);
    } else if (right.isEmpty()) {
      throw SettingsException.ruleWithoutDuration(rule);
    }
    String[] requests = SPACE.split(left, -1);
    String pattern = requests[requests.length - 1];
    String methodList = left.substring(0, left.length() - pattern.length()).strip();
    Set<String> methods = methods(rule, methodList);
    String name = methods.isEmpty() ? pattern : String.join(",", methods) + " " + pattern;
    return new RouteRule(
        rule,
        methods,
        PathPattern.parse(rule, pattern),
        route(rule, name, SPACE.split(right), defaults));
  }

  /** Where the pattern is over, or -1. */
  private static int equalsSign(String text) {
    Matcher apart = EQUALS_APART.matcher(text);
    return apart.find() ? apart.end() - 1 : text.indexOf('=');
  }

  /** The deadline as it was given, such as {@code PT30S}. */
  String deadlineText() {
    return text.text().substring(deadlineFrom(), deadlineTo());
  }

  /** The text of the rule with another deadline, and all else as it was given. */
  String withDeadline(String deadline) {
    String given = text.text();
    return given.substring(0, deadlineFrom()) + deadline + given.substring(deadlineTo());
  }

  private int deadlineFrom() {
    String given = text.text();
    int from = equalsSign(given) + 1;
    return from + given.substring(from).length() - given.substring(from).stripLeading().length();
  }

  private int deadlineTo() {
    Matcher space = SPACE.matcher(text.text());
    return space.find(deadlineFrom()) ? space.start() : text.text().length();
  }

  private static Set<String> methods(RuleText rule, String list) throws SettingsException {
    Set<String> methods = new LinkedHashSet<>();
    if (list.isEmpty()) {
      return methods;
    }
    for (String method : COMMA.split(list, -1)) {
      if (!METHOD.matcher(method).matches()) {
        throw SettingsException.notAMethod(rule, method);
      } else if (!methods.add(method)) {
        throw SettingsException.duplicateMethod(rule, method);
      }
    }
    return methods;
  }

  private static Route route(RuleText rule, String name, String[] limits, Route defaults)
      throws SettingsException {
    Map<String, Given> keys = keys(rule, limits);
    Given onExpiry = keys.get("onExpiry");
    Given grace = keys.get("grace");
    Given status = keys.get("status");
    Given retryAfter = keys.get("retryAfter");
    Given timing = keys.get("serverTiming");
    Given untilKey = keys.get("until");
    Until until = untilKey == null ? defaults.until() : untilKey.oneOf(Until.class);
    Given idle = keys.get("idle");
    if (idle != null && until != Until.COMMIT) {
      throw SettingsException.idleWithoutCommit(rule, idle);
    }
    long deadline = rule.given("deadline", limits[0]).deadlineNanos();
    RouteLimits share = limits(rule, keys);
    if (share.shed() != RouteLimits.Shed.NONE && until == Until.COMMIT) {
      throw SettingsException.shedWithCommit(rule);
    }
    if (deadline == Route.NO_DEADLINE && idle == null && !share.equals(RouteLimits.NONE)) {
      throw SettingsException.limitWithoutDeadline(rule);
    }
    return new Route(
        name,
        deadline,
        onExpiry == null ? defaults.onExpiry() : onExpiry.oneOf(OnExpiry.class),
        grace == null ? defaults.graceNanos() : grace.nanos(),
        status == null ? defaults.status() : status.status(),
        retryAfter == null ? defaults.retryAfterSeconds() : retryAfter.retryAfterSeconds(),
        until,
        idle == null ? defaults.idleNanos() : idle.idleNanos(),
        timing == null ? defaults.serverTiming() : timing.isOn(),
        share);
  }

  private static RouteLimits limits(RuleText rule, Map<String, Given> keys)
      throws SettingsException {
    Given max = keys.get("max");
    Given queue = keys.get("queue");
    Given maxStuck = keys.get("maxStuck");
    Given shed = keys.get("shed");
    if (queue != null && max == null) {
      throw SettingsException.queueWithoutMax(rule, queue);
    }
    int most = max == null ? RouteLimits.NO_LIMIT : max.count(/* least= */ 1);
    return new RouteLimits(
        most,
        queue != null ? queue.count(/* least= */ 0) : max != null ? most : 0,
        maxStuck == null ? RouteLimits.NO_LIMIT : maxStuck.count(/* least= */ 1),
        shed == null ? RouteLimits.Shed.NONE : shed.oneOf(RouteLimits.Shed.class));
  }

  private static Map<String, Given> keys(RuleText rule, String[] limits) throws SettingsException {
    Map<String, Given> keys = new HashMap<>();
    for (String limit : List.of(limits).subList(1, limits.length)) {
      int equals = limit.indexOf('=');
      if (equals <= 0 || equals == limit.length() - 1) {
        throw SettingsException.notAKeyAndValue(rule, limit);
      }
      String key = limit.substring(0, equals);
      if (!KEYS.contains(key)) {
        throw SettingsException.unknownRouteKey(rule, key, KEYS);
      } else if (keys.put(key, rule.given(key, limit.substring(equals + 1))) != null) {
        throw SettingsException.duplicateRouteKey(rule, key);
      }
    }
    return keys;
  }
}
