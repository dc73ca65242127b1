package io.github.deadlinefilter.springboot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In time, nobody can tell from the answers whether the filter is there. */
class ComparisonTest {
  private static RunningApplication bare;
  private static RunningApplication filtered;
  private static RunningApplication onContainerThreads;

  @BeforeAll
  static void start() {
    bare = RunningApplication.bare();
    filtered = RunningApplication.behindTheFilter(Map.of());
    onContainerThreads = RunningApplication.behindTheFilter(Map.of("worker", "container"));
  }

  @AfterAll
  static void stop() throws Exception {
    for (RunningApplication each : List.of(bare, filtered, onContainerThreads)) {
      each.releaseTheLate();
      each.close();
    }
  }

  @Test
  void filterIsBeforeAllOthers() {
    assertEquals("deadlineFilter", filtered.deployed().findFilterMaps()[0].getFilterName());
  }

  @ParameterizedTest
  @EnumSource
  void sameAnswers(Scenario scenario) {
    var without = CompletableFuture.supplyAsync(() -> scenario.transcript(bare));
    var container = CompletableFuture.supplyAsync(() -> scenario.transcript(onContainerThreads));
    String with = scenario.transcript(filtered);
    assertEquals(without.join(), with);
    assertEquals(without.join(), container.join());
  }
}
