package io.github.deadlinefilter;

/**
 * What is said beside an answer, and must not change it: the handler of a log may fail, as one does
 * whose disk is full.
 */
final class Quietly {
  private Quietly() {}

  static void run(Runnable saying) {
    try {
      saying.run();
    } catch (RuntimeException | Error e) {
      // Whom to tell? It is the log.
    }
  }
}
