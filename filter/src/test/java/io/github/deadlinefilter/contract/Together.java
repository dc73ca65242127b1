package io.github.deadlinefilter.contract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parts of a test that mostly wait, side by side: each on a thread of its own, with clients of its
 * own and nearly always a container of its own.
 *
 * <p>Not for what is one in a JVM: system properties, the names of threads, and on Undertow
 * asynchronous dispatches, which go to the application that was deployed last. Logs that are open
 * at the same time hold the same records, so a part that counts lines has a route to itself.
 */
final class Together {
  /** May fail. */
  @FunctionalInterface
  interface Part {
    void run() throws Exception;
  }

  private final Map<String, Part> parts = new LinkedHashMap<>();

  /** Adds one; {@code promise} is what its failure begins with, and the name of its thread. */
  Together with(String promise, Part part) {
    parts.put(promise, part);
    return this;
  }

  /**
   * Runs all, and waits for all.
   *
   * @throws AssertionError the first failure, with the others suppressed
   */
  void run() throws InterruptedException {
    List<AssertionError> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    parts.forEach(
        (promise, part) -> {
          var thread =
              new Thread(
                  () -> {
                    try {
                      part.run();
                    } catch (Throwable failure) {
                      failures.add(new AssertionError(promise + ": " + failure, failure));
                    }
                  },
                  promise);
          thread.setDaemon(true);
          threads.add(thread);
        });
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      AssertionError first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }
}
