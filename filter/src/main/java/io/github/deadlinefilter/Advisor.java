package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what the last hour of each route means for its deadline.
 *
 * <p>Stateless: the same figures give the same advice. It advises no deadline that is shorter than
 * twice what 99.9 % of the requests take, and none that changes the present one by less than a
 * third, which nobody would notice.
 */
final class Advisor {
  /** Of fewer requests the 99.9th percentile is the longest. */
  private static final long ENOUGH_TO_SHORTEN = 1_000;

  /** A deadline that is so many times longer than nearly all requests is for none of them. */
  private static final int FAR_LONGER = 10;

  private static final double NEARLY_ALL = 0.999;

  private static final long MANY_EXPIRED = 20;
  private static final double MANY_EXPIRED_SHARE = 0.01;

  private static final long ENOUGH_BLAMED = 10;
  private static final double MOST_BLAMED_SHARE = 0.8;

  private Advisor() {}

  /**
   * What follows from the figures of the last hour.
   *
   * @param routes of the filter
   * @param figures of these routes; one that is missing gets no advice
   * @return in the order of the figures, and of each route in the order of {@link Advice.Code}
   */
  static List<Advice> advise(Routes routes, List<RouteFigures> figures) {
    BeatenRules beaten = new BeatenRules(routes.rules());
    Map<String, RouteRule> rules = new HashMap<>();
    routes.rules().forEach(rule -> rules.put(rule.route().name(), rule));
    List<Advice> all = new ArrayList<>();
    for (RouteFigures of : figures) {
      add(all, couldBeShorter(of));
      add(all, cutsMany(of));
      RouteRule rule = rules.get(of.route().name());
      Set<String> takers = rule == null ? beaten.beatingDefault() : beaten.beating(rule);
      add(all, takers.isEmpty() ? neverAsked(of, rule) : cannotMatch(of, rule, takers));
      add(all, oneDependency(of));
    }
    return all;
  }

  private static void add(List<Advice> all, @Nullable Advice advice) {
    if (advice != null) {
      all.add(advice);
    }
  }

  private static @Nullable Advice couldBeShorter(RouteFigures of) {
    Summary seen = of.summary();
    long most = seen.quantileNanos(NEARLY_ALL); // longer than any deadline if that is not known
    if (!of.hasDeadline()
        || seen.timed() < ENOUGH_TO_SHORTEN
        || most >= of.deadlineNanos() / FAR_LONGER) {
      return null;
    }
    long advised = RoundDeadlines.atLeast(2 * most + 1);
    if (advised > of.deadlineNanos() - third(of)) {
      return null;
    }
    WhatIf then = new WhatIf(advised, seen.shareAbove(advised));
    return new Advice(
        Advice.Code.COULD_BE_SHORTER,
        of,
        "Its deadline of "
            + RoundDeadlines.text(of.deadlineNanos())
            + " is more than ten times what 99.9 % of its "
            + seen.timed()
            + " requests took ("
            + Figure.time(most)
            + "): "
            + then.text()
            + ".",
        advised,
        then.cut());
  }

  private static @Nullable Advice cutsMany(RouteFigures of) {
    Summary seen = of.summary();
    if (!of.hasDeadline()
        || seen.expired() < MANY_EXPIRED
        || seen.expiredShare() <= MANY_EXPIRED_SHARE) {
      return null;
    }
    String share =
        Figure.percent(seen.expiredShare())
            + " of its requests of the last hour ("
            + seen.expired()
            + " of "
            + seen.requests()
            + ") took longer than their deadline of "
            + RoundDeadlines.text(of.deadlineNanos());
    if (seen.late() != seen.expired()) {
      return Advice.of(
          Advice.Code.CUTS_MANY,
          of,
          share
              + ". How long they would have taken is not known, for they were ended: give them a"
              + " longer one for an hour, or mode=observe, and look here again.");
    }
    long most = seen.quantileNanos(NEARLY_ALL);
    if (most <= of.deadlineNanos()) {
      return Advice.of(
          Advice.Code.CUTS_MANY,
          of,
          share
              + ", or than a shorter one that their clients had sent or that it had before: 99.9 %"
              + " took no longer than "
              + Figure.time(most)
              + ", so look at what the clients ask for.");
    }
    if (most / FAR_LONGER > of.deadlineNanos()) {
      double cut = seen.shareAbove(FAR_LONGER * of.deadlineNanos());
      return Advice.of(
          Advice.Code.CUTS_MANY,
          of,
          share
              + "; at ten times that it would still be "
              + Figure.percent(cut)
              + ", so look at what they wait for.");
    }
    long advised = RoundDeadlines.atLeast(Math.max(most, of.deadlineNanos() + third(of)));
    if (advised == RoundDeadlines.NONE) {
      return Advice.of(Advice.Code.CUTS_MANY, of, share + "; look at what they wait for.");
    }
    double cut = seen.shareAbove(advised);
    return new Advice(
        Advice.Code.CUTS_MANY,
        of,
        share
            + "; at "
            + RoundDeadlines.text(advised)
            + " it would be "
            + Figure.percent(cut)
            + ".",
        advised,
        cut);
  }

  /** The least that a change is worth, rounded up. */
  private static long third(RouteFigures of) {
    return (of.deadlineNanos() + 2) / 3;
  }

  private static @Nullable Advice neverAsked(RouteFigures of, @Nullable RouteRule rule) {
    // Of what is let pass without a deadline some is perhaps never asked for, and that is well.
    return rule == null || !rule.route().hasLimit() || of.summary().everAsked()
        ? null
        : Advice.of(
            Advice.Code.NEVER_ASKED,
            of,
            "No request has matched this rule since the filter was deployed.");
  }

  private static Advice cannotMatch(RouteFigures of, @Nullable RouteRule rule, Set<String> takers) {
    return Advice.of(
        Advice.Code.CANNOT_MATCH,
        of,
        (rule == null
                ? "No request gets the deadline of the filter's own: "
                : "No request gets this rule: ")
            + String.join(" and ", takers)
            + (takers.size() == 1 ? " gets" : " get")
            + " all of them.");
  }

  private static @Nullable Advice oneDependency(RouteFigures of) {
    Summary seen = of.summary();
    if (seen.blamed() < ENOUGH_BLAMED || seen.mostBlamedShare() < MOST_BLAMED_SHARE) {
      return null;
    }
    return Advice.of(
        Advice.Code.ONE_DEPENDENCY,
        of,
        "Slow because of "
            + seen.mostBlamed()
            + ": that is "
            + Figure.percent(seen.mostBlamedShare())
            + " of the "
            + seen.blamed()
            + " times that the cause is known.");
  }
}
