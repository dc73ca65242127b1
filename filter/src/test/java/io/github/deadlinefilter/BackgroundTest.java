package io.github.deadlinefilter;

import io.github.deadlinefilter.contract.Gate;
import org.junit.jupiter.api.Test;

/** Clients that do not read, and graces that are long. */
class BackgroundTest {
  private final Gate release = new Gate("the blocking answers may end");

  @Test
  void allAnswerersAreBusy_scopesAreInterruptedAllTheSame_andWhereItCanBeOthersAnswered()
      throws Exception {
    Gate acted = new Gate("an interrupt was sent");
    Gate answered = new Gate("one more was answered");
    try (Background background = new Background(new Threads())) {
      for (int i = 0; i < 300; i++) {
        background.answer(release::awaitDeaf);
      }
      background.act(acted::open);
      acted.await();
      background.answer(answered::open);
      if (Threads.virtual("as many as are wanted") == null) {
        release.open();
      }
      answered.await();
    } finally {
      release.open();
    }
  }
}
