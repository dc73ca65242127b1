package io.github.deadlinefilter;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;

/**
 * What has come of the interrupts that workers were sent, by the line of code that they were at: so
 * that it can be seen which ones cannot be stopped.
 *
 * <p>Thread-safe. Of bounded size: whatever comes after 1,000 lines counts as one more.
 */
final class InterruptOutcomes {
  private static final int MOST = 1_000;

  /** In place of a line that is not known, or one too many. */
  static final String ELSEWHERE = "elsewhere";

  /**
   * How often workers at one line were interrupted, and how often they went on.
   *
   * @param place such as {@code com.example.Report.doGet(Report.java:37)}
   * @param ignored of {@code sent}
   */
  record Tally(String place, long ignored, long sent) {
    private Tally and(Tally more) {
      return new Tally(place, ignored + more.ignored, sent + more.sent);
    }

    @Override
    public String toString() {
      return "at=\"" + place + "\" ignored=" + ignored + " of=" + sent;
    }
  }

  private static final BinaryOperator<Tally> SUM = Tally::and;

  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

  InterruptOutcomes() {
    // Loads its classes now, as all does that a worker needs to leave: its application may have
    // been stopped by then, and the loader with it.
    tallies.put(ELSEWHERE, new Tally(ELSEWHERE, 0, 0));
  }

  /** A worker that was interrupted so many times at {@code place} has gone on. */
  Tally ignored(String place, int times) {
    return add(new Tally(place, times, times));
  }

  /** A worker that was interrupted at {@code place} has left. */
  void heeded(String place) {
    add(new Tally(place, 0, 1));
  }

  private Tally add(Tally one) {
    String place = tallies.size() <= MOST || tallies.containsKey(one.place) ? one.place : ELSEWHERE;
    return tallies.merge(place, new Tally(place, one.ignored, one.sent), SUM);
  }

  List<Tally> list() {
    return tallies.values().stream().filter(tally -> tally.sent > 0).toList();
  }
}
