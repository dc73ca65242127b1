package io.github.deadlinefilter.jfr;

import io.github.deadlinefilter.DeadlineEvent;
import io.github.deadlinefilter.DeadlineListener;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Tells the flight recorder of expiries, refusals and late workers. Made by the filter itself where
 * the JVM has the module {@code jdk.jfr}. As long as nothing records, nothing is put together.
 *
 * <p>Thread-safe.
 */
public final class FlightEvents implements DeadlineListener {
  private static final int MOST_FRAMES = 64;

  /** Loads the events' classes, so that a recording can be set for them. */
  public FlightEvents() {
    new ExpiredEvent();
    new RefusedEvent();
    new LeftLateEvent();
  }

  /** What they have in common. */
  @Category("DeadlineFilter")
  @StackTrace(false)
  abstract static class RequestEvent extends Event {
    @Label("Incident")
    @Description("The id that the client was given")
    String incident = "";

    @Label("Request Id")
    @Description("How others name the request")
    String requestId = "";

    @Label("Reason")
    String reason = "";

    @Label("Route")
    @Description("The rule that the request matched")
    String route = "";

    @Label("Method")
    String method = "";

    @Label("Deadline")
    @Timespan
    long deadline;

    @Label("Elapsed")
    @Description("From the begin of the deadline")
    @Timespan
    long elapsed;

    void record(DeadlineEvent event) {
      if (shouldCommit()) {
        incident = event.incident().orElse("");
        requestId = event.requestId().orElse("");
        reason = event.reason().orElse("");
        route = event.route();
        method = event.method();
        deadline = event.deadline().toNanos();
        elapsed = event.elapsed().toNanos();
        more(event);
        commit();
      }
    }

    void more(DeadlineEvent event) {}
  }

  /** A request was ended at its deadline. */
  @Name("io.github.deadlinefilter.Expired")
  @Label("Deadline Expired")
  @Description("A request was ended at its deadline, or for another of the reasons")
  static final class ExpiredEvent extends RequestEvent {
    @Label("Answer")
    String answer = "";

    @Label("I/O")
    @Description("What it had called, and where it still was")
    String io = "";

    @Label("Blamed")
    @Description("What it was slow in")
    String blamed = "";

    @Label("Worker's Stack")
    @Description("Before it was told to stop")
    String workerStack = "";

    @Override
    void more(DeadlineEvent event) {
      answer = event.answer().orElse("");
      io = event.io();
      blamed = event.blamed();
      workerStack = text(event.stack());
    }
  }

  /** A request was turned away. */
  @Name("io.github.deadlinefilter.Refused")
  @Label("Request Refused")
  @Description("A request was turned away")
  static final class RefusedEvent extends RequestEvent {}

  /** A worker has left that was still inside when its request was answered. */
  @Name("io.github.deadlinefilter.LeftLate")
  @Label("Late Worker Left")
  @Description("A worker that was still inside when its request was answered has left")
  static final class LeftLateEvent extends RequestEvent {
    @Label("Overrun")
    @Timespan
    long overrun;

    @Override
    void more(DeadlineEvent event) {
      Duration late = event.overrun();
      overrun = late.toNanos();
    }
  }

  private static String text(List<StackTraceElement> stack) {
    return stack.stream()
        .limit(MOST_FRAMES)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void expired(DeadlineEvent event) {
    new ExpiredEvent().record(event);
  }

  @Override
  public void refused(DeadlineEvent event) {
    new RefusedEvent().record(event);
  }

  @Override
  public void leftLate(DeadlineEvent event) {
    new LeftLateEvent().record(event);
  }
}
