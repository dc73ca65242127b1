package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.Timeline.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final int LAST = Timeline.STEPS - 1;
  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  private final ManualTicker ticker = new ManualTicker();
  private final Timeline timeline = new Timeline(ticker);

  private void add(Outcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      timeline.add(outcome);
    }
  }

  private long[] now(Outcome outcome) {
    return timeline.upTo(timeline.step(), outcome);
  }

  private long all(Outcome outcome) {
    return Arrays.stream(now(outcome)).sum();
  }

  @Test
  void outcomes_areCountedApart_inTheStepThatIsUnderWay() {
    for (int i = 0; i < OUTCOMES.size(); i++) {
      add(OUTCOMES.get(i), i + 1);
    }
    for (int i = 0; i < OUTCOMES.size(); i++) {
      long[] counts = now(OUTCOMES.get(i));
      assertEquals(Timeline.STEPS, counts.length);
      assertEquals(i + 1, counts[LAST]);
      assertEquals(i + 1, all(OUTCOMES.get(i)));
    }
  }

  @Test
  void step_isTenSeconds_andThenTheNextOneBegins() {
    add(Outcome.EXPIRED, 1);
    ticker.advance(Duration.ofSeconds(10).minusNanos(1));
    assertEquals(1, timeline.leftNanos());
    add(Outcome.EXPIRED, 1);
    assertEquals(2, now(Outcome.EXPIRED)[LAST]);
    ticker.advance(Duration.ofNanos(1));
    assertEquals(Timeline.STEP_NANOS, timeline.leftNanos());
    add(Outcome.EXPIRED, 5);
    assertEquals(2, now(Outcome.EXPIRED)[LAST - 1]);
    assertEquals(5, now(Outcome.EXPIRED)[LAST]);
  }

  @Test
  void hour_isWhatIsRemembered_alsoWhereNothingCameMeanwhile() {
    add(Outcome.REFUSED, 3);
    ticker.advance(Duration.ofMinutes(60).minusSeconds(10));
    assertEquals(3, now(Outcome.REFUSED)[0]);
    assertEquals(3, all(Outcome.REFUSED));
    ticker.advance(Duration.ofSeconds(10));
    assertEquals(0, all(Outcome.REFUSED), "its place is not that of an hour later");
    add(Outcome.REFUSED, 1);
    assertEquals(1, now(Outcome.REFUSED)[LAST]);
    assertEquals(1, all(Outcome.REFUSED));
  }

  @Test
  void whoeverComesFirstInAStep_isCountedAsWellAsTheOthers() throws Exception {
    AtomicLongArray added = new AtomicLongArray(2);
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < added.length(); i++) {
      int own = i;
      Thread thread =
          new Thread(
              () -> {
                while (!over.get()) {
                  timeline.add(Outcome.COMPLETED);
                  added.incrementAndGet(own);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (int step = 0; step < LAST; step++) {
      for (int i = 0; i < added.length(); i++) {
        for (long before = added.get(i); added.get(i) < before + 10; ) {
          Thread.onSpinWait();
        }
      }
      ticker.advance(Duration.ofSeconds(10));
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(added.get(0) + added.get(1), all(Outcome.COMPLETED));
  }
}
