package io.github.deadlinefilter.jmx;

import java.util.List;

/**
 * What a deployed filter shows and lets an operator do over JMX, under the name {@code
 * io.github.deadlinefilter:type=DeadlineFilter,context="/shop",name="deadline"} until it is
 * destroyed.
 *
 * <p>Everything is a snapshot. Called on the threads of the JMX server, at the same time as
 * requests, which wait for none of it, but for a worker whose stack is taken. A wrong argument is
 * an {@link IllegalArgumentException} that names it and what is accepted.
 */
public interface DeadlineFilterMXBean {
  /** {@code enforce}, {@code observe} or {@code off}. */
  String getMode();

  /** The kind of worker that is used: {@code virtual}, {@code pool}, {@code container}, ... */
  String getWorker();

  /** How many requests are at work, in time. */
  int getInFlight();

  /** How many wait for a worker. */
  int getQueued();

  /** How many workers are still inside although their requests have been answered. */
  int getStuck();

  /** One for each rule in the order of the settings, then {@code default}. */
  List<RouteStatus> getRoutes();

  /**
   * The requests that are at work or wait for a worker, the oldest first; at most 1,000. None in
   * {@code mode=observe}, which knows of no single one.
   */
  List<RunningRequest> getRunning();

  /**
   * The workers that are stuck, the oldest first; at most 100, for each is stopped for a moment.
   */
  List<StuckRequest> getStuckWorkers();

  /** The lines of code that have been interrupted, the one that ignored it most often first. */
  List<InterruptedLine> getInterruptedLines();

  /** What the last hour tells about the settings, in sentences. */
  String getAdvice();

  /** The same as a JSON document, with the figures that it comes from. */
  String getAdviceJson();

  /** The rules with the deadlines that the last hour advises, to be put into the settings. */
  String getAdvisedRoutes();

  /**
   * Ends a request as if its deadline had come, with the reason {@code cancelled}; one that waits
   * for a worker when its turn comes. A worker that is stuck is told once more to stop, unless its
   * route interrupts nobody.
   *
   * @param id as {@link RunningRequest#getId} and {@link StuckRequest#getId} say
   * @return false if there is no such request any more, or nothing that it could be told
   */
  boolean cancel(String id);

  /**
   * Gives a route another deadline, for the requests that come from now on and as long as the
   * filter is deployed. A rule that has {@code none} in the settings keeps that.
   *
   * @param route as {@link RouteStatus#getRoute} says
   * @param deadline such as {@code 500ms} or {@code 5s}, or {@code none}
   * @return the deadline that it had
   */
  String setDeadline(String route, String deadline);

  /** One route: now, and in the last hour. */
  interface RouteStatus {
    /** The rule, such as {@code GET /reports/*}, or {@code default}. */
    String getRoute();

    /** As it is now, such as {@code 5s}, or {@code none}. */
    String getDeadline();

    /** As it is in the settings. */
    String getConfiguredDeadline();

    /** How many of its requests are at work, in time. */
    int getInFlight();

    /** How many of its requests wait for a worker. */
    int getQueued();

    /** How many of its workers are stuck. */
    int getStuck();

    /** How many requests have ended in the last hour, whatever became of them. */
    long getRequests();

    /** How many of these were ended at their deadlines. */
    long getExpired();

    /** How many of these were turned away. */
    long getRefused();

    /**
     * So long, in milliseconds, took half of those that were not turned away at most; infinite
     * where more were ended before, so that nobody knows.
     */
    double getP50Millis();

    /** As {@link #getP50Millis}, of 99 in 100. */
    double getP99Millis();

    /** As {@link #getP50Millis}, of 999 in 1,000. */
    double getP999Millis();

    /** The longest, in milliseconds. */
    double getLongestMillis();
  }

  /** A request that has not ended. */
  interface RunningRequest {
    /** For {@link #cancel}: the incident that its client will be told of if it does not end. */
    String getId();

    /** The HTTP method. */
    String getMethod();

    /** The rule. */
    String getRoute();

    /** {@code queued}, {@code running} or {@code async}. */
    String getPhase();

    /** Since the begin of its deadline, in milliseconds. */
    long getElapsedMillis();

    /** Its deadline, in milliseconds from the same instant; -1 for none. */
    long getDeadlineMillis();

    /** Where a slow one was seen; empty if it is not slow yet. */
    String getBlamed();

    /** What it has called outside the JVM, and where it still is; empty if that is not known. */
    String getIo();
  }

  /** A worker that is still inside although its request has been answered. */
  interface StuckRequest {
    /** The incident that its client was told of. */
    String getId();

    /** The HTTP method. */
    String getMethod();

    /** The rule. */
    String getRoute();

    /** Its {@code X-Request-Id}, or else the trace id of its {@code traceparent}; or empty. */
    String getRequest();

    /** Since the request was ended, in milliseconds. */
    long getStuckMillis();

    /** Its stack when the request was ended, the innermost frame first; empty if not taken. */
    List<String> getStackThen();

    /** Its stack now; empty if it has just left. */
    List<String> getStackNow();
  }

  /** A line of code at which workers were interrupted. */
  interface InterruptedLine {
    /** Such as {@code com.example.Report.rows(Report.java:37)}. */
    String getAt();

    /** How often a worker went on. */
    long getIgnored();

    /** Of so many interrupts. */
    long getSent();
  }
}
