package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A failure that gets lost on its thread would be a test that promises nothing. */
class TogetherTest {

  @Test
  void parts_runSideBySide() throws Exception {
    var one = new Gate("the one runs");
    var other = new Gate("the other runs");
    new Together()
        .with(
            "the one",
            () -> {
              one.open();
              other.await();
            })
        .with(
            "the other",
            () -> {
              other.open();
              one.await();
            })
        .run();
  }

  @Test
  void failures_areThrown_theFirstByName_onceAllPartsHaveEnded() {
    var thread = new CompletableFuture<Thread>();
    var ended = new Gate("the last part has ended");
    var broken = new IOException("broken");
    var together =
        new Together()
            .with(
                "first",
                () -> {
                  thread.complete(Thread.currentThread());
                  throw broken;
                })
            .with(
                "second",
                () -> {
                  thread.join().join();
                  throw new AssertionError("wrong");
                })
            .with(
                "last",
                () -> {
                  thread.join().join();
                  ended.open();
                });
    AssertionError thrown = assertThrows(AssertionError.class, together::run);
    assertEquals("first: java.io.IOException: broken", thrown.getMessage());
    assertSame(broken, thrown.getCause());
    assertEquals(1, thrown.getSuppressed().length);
    assertEquals("second: java.lang.AssertionError: wrong", thrown.getSuppressed()[0].getMessage());
    assertTrue(ended.isOpen());
  }
}
