package io.github.deadlinefilter;

import io.github.deadlinefilter.contract.Gate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Clients that do not read, graces that are long, and virtual threads that compute. */
class BackgroundTest {
  private static final int ANSWERERS = 256;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final Gate release = new Gate("the blocking answers may end");
  private final CountDownLatch answered = new CountDownLatch(100);

  private void occupyAll(Background background) {
    for (int i = 0; i < ANSWERERS; i++) {
      background.answer(release::awaitDeaf);
    }
  }

  private void answerMore(Background background) {
    for (long left = answered.getCount(); left > 0; left--) {
      background.answer(answered::countDown);
    }
  }

  private void assertAnswered() throws InterruptedException {
    Assertions.assertTrue(answered.await(Gate.LIMIT.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void allAnswerersAreBusy_scopesAreInterruptedAllTheSame_andWhereItCanBeOthersAnswered()
      throws Exception {
    Gate acted = new Gate("an interrupt was sent");
    try (Background background = new Background(new Threads())) {
      occupyAll(background);
      background.act(acted::open);
      acted.await();
      answerMore(background);
      if (Threads.virtual("as many as are wanted") == null) {
        release.open();
      }
      assertAnswered();
    } finally {
      release.open();
    }
  }

  @Test
  void virtualThreadsKeepAllProcessors_whoWaitsIsAnsweredAsSoonAsAnAnswererIsFree()
      throws Exception {
    ThreadFactory virtual = Threads.virtual("computes");
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch computing = new CountDownLatch(virtual == null ? 0 : PROCESSORS);
    try (Background background = new Background(new Threads())) {
      for (long left = computing.getCount(); virtual != null && left > 0; left--) {
        virtual.newThread(() -> compute(computing, over)).start();
      }
      computing.await();
      occupyAll(background);
      answerMore(background);
      release.open();
      assertAnswered();
    } finally {
      over.set(true);
      release.open();
    }
  }

  private static void compute(CountDownLatch computing, AtomicBoolean over) {
    computing.countDown();
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }
}
