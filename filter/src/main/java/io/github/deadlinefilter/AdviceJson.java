package io.github.deadlinefilter;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AdviceReport} as a JSON document. Its keys are for programs and stay: more may come.
 *
 * <ul>
 *   <li>{@code routes}: for each its {@code route}, {@code deadline}, {@code requests}, {@code
 *       expired}, {@code expiredShare}, {@code refused}, {@code refusedShare}, {@code p50}, {@code
 *       p99}, {@code p999}, {@code longest}, {@code everAsked}, {@code blamed} (how often the cause
 *       of slowness is known), {@code mostBlamed} and {@code mostBlamedShare}
 *   <li>{@code advice}: of each piece its {@code code}, {@code route}, {@code text}, the {@code
 *       deadline} at present, the one that is {@code advised}, and {@code advisedCut}, the share of
 *       the hour that it would have cut
 *   <li>{@code rules}: the text for the setting {@code routes}
 * </ul>
 *
 * <p>Times are numbers of milliseconds, shares are from 0 to 1, and what is not known, or does not
 * exist, is null. Stateless.
 */
final class AdviceJson {
  private AdviceJson() {}

  static String of(AdviceReport report) {
    StringJoiner routes = new StringJoiner(",", "[", "]");
    report.figures().forEach(of -> routes.add(route(of)));
    StringJoiner advice = new StringJoiner(",", "[", "]");
    report.advice().forEach(one -> advice.add(advice(one)));
    return members()
            .add(member("routes", routes.toString()))
            .add(member("advice", advice.toString()))
            .add(member("rules", string(report.routesText())))
        + "\n";
  }

  private static String route(RouteFigures of) {
    Summary seen = of.summary();
    return members()
        .add(member("route", string(of.route().name())))
        .add(member("deadline", millis(of.deadlineNanos())))
        .add(member("requests", Long.toString(seen.requests())))
        .add(member("expired", Long.toString(seen.expired())))
        .add(member("expiredShare", Figure.number(seen.expiredShare())))
        .add(member("refused", Long.toString(seen.refused())))
        .add(member("refusedShare", Figure.number(seen.refusedShare())))
        .add(member("p50", millis(seen.quantileNanos(0.5))))
        .add(member("p99", millis(seen.quantileNanos(0.99))))
        .add(member("p999", millis(seen.quantileNanos(0.999))))
        .add(member("longest", millis(seen.timed() == 0 ? Summary.UNKNOWN : seen.longestNanos())))
        .add(member("everAsked", Boolean.toString(seen.everAsked())))
        .add(member("blamed", Long.toString(seen.blamed())))
        .add(member("mostBlamed", string(seen.mostBlamed())))
        .add(member("mostBlamedShare", Figure.number(seen.mostBlamedShare())))
        .toString();
  }

  private static String advice(Advice one) {
    boolean advises = one.advisesDeadline();
    return members()
        .add(member("code", string(one.code().code())))
        .add(member("route", string(one.figures().route().name())))
        .add(member("text", string(one.sentence())))
        .add(member("deadline", millis(one.figures().deadlineNanos())))
        .add(member("advised", millis(advises ? one.advisedNanos() : Summary.UNKNOWN)))
        .add(member("advisedCut", advises ? Figure.number(one.advisedCut()) : "null"))
        .toString();
  }

  private static StringJoiner members() {
    return new StringJoiner(",", "{", "}");
  }

  private static String member(String key, String value) {
    return string(key) + ":" + value;
  }

  private static String string(@Nullable String text) {
    return text == null ? "null" : '"' + DeadlineReply.escapeJson(text) + '"';
  }

  /** Nothing is as long as no deadline, and as what is not known. */
  private static String millis(long nanos) {
    return nanos == Long.MAX_VALUE ? "null" : Figure.millis(nanos);
  }
}
