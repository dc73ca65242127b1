package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.DeadlineEvent;
import io.github.deadlinefilter.DeadlineListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that remembers what it has heard, as the event's name and its reason. */
final class Heard implements DeadlineListener {
  private final List<String> names = new CopyOnWriteArrayList<>();
  private final List<DeadlineEvent> events = new CopyOnWriteArrayList<>();

  private void note(String name, DeadlineEvent event) {
    events.add(event);
    names.add(name + event.reason().map(" "::concat).orElse(""));
  }

  List<String> names() {
    return names;
  }

  /** Waits until this, in this order, and nothing else has been heard. */
  List<DeadlineEvent> await(String... expected) throws Exception {
    Gate.eventually(() -> names.size() >= expected.length, List.of(expected) + " are heard");
    if (!names.equals(List.of(expected))) {
      throw new AssertionError("heard " + names + " in place of " + List.of(expected));
    }
    return events;
  }

  @Override
  public void started(DeadlineEvent event) {
    note("started", event);
  }

  @Override
  public void completed(DeadlineEvent event) {
    note("completed", event);
  }

  @Override
  public void failed(DeadlineEvent event) {
    note("failed", event);
  }

  @Override
  public void expired(DeadlineEvent event) {
    note("expired", event);
  }

  @Override
  public void refused(DeadlineEvent event) {
    note("refused", event);
  }

  @Override
  public void leftLate(DeadlineEvent event) {
    note("leftLate", event);
  }
}
