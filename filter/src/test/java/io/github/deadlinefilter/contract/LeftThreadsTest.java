package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thread that is not found would be a leak that is not found. */
class LeftThreadsTest {

  @Test
  void threadsOfAnApplication_areFound_untilTheyHaveGone() throws Exception {
    var gate = new Gate("the end of the threads");
    Runnable work = gate::awaitDeaf;
    try (var loader = new URLClassLoader(new URL[0])) {
      var ofLoader = new Thread(work, "of the loader");
      ofLoader.setContextClassLoader(loader);
      List<Thread> threads = new ArrayList<>(List.of(ofLoader));
      threads.add(new Thread(work, "deadline-left-platform"));
      if (VirtualThreads.supported()) {
        threads.add(VirtualThreads.named("deadline-left-virtual", work));
      }
      Thread other = new Thread(work, "another");
      threads.forEach(Thread::start);
      other.start();
      try {
        List<String> left = LeftThreads.of(loader);
        for (Thread thread : threads) {
          assertEquals(
              1,
              left.stream().filter(found -> found.contains(thread.getName())).count(),
              thread + " among " + left);
        }
        assertTrue(left.stream().noneMatch(found -> found.contains("another")), left::toString);
      } finally {
        gate.open();
      }
      for (Thread thread : threads) {
        thread.join(Gate.LIMIT.toMillis());
      }
      List<String> left = LeftThreads.of(loader);
      for (Thread thread : threads) {
        assertTrue(left.stream().noneMatch(found -> found.contains(thread.getName())));
      }
    }
  }
}
