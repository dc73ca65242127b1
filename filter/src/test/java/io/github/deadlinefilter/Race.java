package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Plays a race many times: all runners start each round together, and a referee looks after it. */
final class Race {
  private Race() {}

  @SafeVarargs
  static <T> void run(int rounds, Supplier<T> newTrack, Consumer<T> referee, Consumer<T>... runners)
      throws Exception {
    List<T> tracks = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      tracks.add(newTrack.get());
    }
    CyclicBarrier start = new CyclicBarrier(runners.length);
    ExecutorService threads = Executors.newFixedThreadPool(runners.length);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (Consumer<T> runner : runners) {
        ends.add(
            threads.submit(
                () -> {
                  for (T track : tracks) {
                    start.await(10, TimeUnit.SECONDS);
                    runner.accept(track);
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get(60, TimeUnit.SECONDS);
      }
      tracks.forEach(referee);
    } finally {
      threads.shutdownNow();
    }
  }
}
