package io.github.deadlinefilter;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the rules that no request gets, because for all of theirs there is a better one. {@link
 * Routes} and {@link MethodRoutes} say which is better.
 *
 * <p>Only what is certain: the one pattern that all paths have is {@code /*}, and it is better than
 * those by extension and than {@code /}. An exact path is never beaten, and of a prefix some path
 * is always left. A rule for all methods is only beaten by another such, as anybody may send a
 * method of his own.
 *
 * <p>Immutable, used by whoever asks for advice.
 */
final class BeatenRules {
  private static final PathPattern EVERY_PATH = new PathPattern(PathPattern.Kind.PREFIX, "");
  private static final PathPattern ALL_OTHERS = new PathPattern(PathPattern.Kind.DEFAULT, "");

  private final List<RouteRule> everyPath;
  private final List<RouteRule> allOthers;

  BeatenRules(List<RouteRule> rules) {
    everyPath = rules.stream().filter(rule -> rule.pattern().equals(EVERY_PATH)).toList();
    allOthers = rules.stream().filter(rule -> rule.pattern().equals(ALL_OTHERS)).toList();
  }

  /** The names of the rules that get all requests of {@code rule}; empty if it may get some. */
  Set<String> beating(RouteRule rule) {
    return switch (rule.pattern().kind()) {
      case EXACT, PREFIX -> Set.of();
      case EXTENSION, DEFAULT -> takers(rule.methods(), everyPath);
    };
  }

  /** As {@link #beating}, for the requests that no rule names. */
  Set<String> beatingDefault() {
    Set<String> takers = takers(Set.of(), everyPath);
    return takers.isEmpty() ? takers(Set.of(), allOthers) : takers;
  }

  /**
   * @param methods empty for all
   * @param better rules with the same pattern
   */
  private static Set<String> takers(Set<String> methods, List<RouteRule> better) {
    Set<String> takers = new LinkedHashSet<>();
    for (String method : methods.isEmpty() ? Set.of("") : methods) {
      RouteRule taker = null;
      int best = 0;
      for (RouteRule rule : better) {
        int rank = rank(rule.methods(), method);
        if (rank > best) {
          taker = rule;
          best = rank;
        }
      }
      if (taker == null) {
        return Set.of();
      }
      takers.add(taker.route().name());
    }
    return takers;
  }

  /** How well a rule names a method; 0 if it is not for that. */
  private static int rank(Set<String> named, String method) {
    if (named.contains(method)) {
      return 3;
    } else if (method.equals("HEAD") && named.contains("GET")) {
      return 2;
    }
    return named.isEmpty() ? 1 : 0;
  }
}
