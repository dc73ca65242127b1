package io.github.deadlinefilter.demo.run;

import java.util.Locale;

/**
 * What the experiment saw of one late run; times in milliseconds from its begin.
 *
 * @param completed what the answer said
 * @param answered when the client had its answer
 * @param free when the thread that did the work was free
 * @param working when the backend was last seen at work for it, 0 if never
 */
record ApproachRun(
    String approach, String slow, boolean completed, long answered, long free, long working) {

  /** The three times, in seconds. */
  String cell() {
    return seconds(answered) + " / " + seconds(free) + " / " + seconds(working);
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }
}
