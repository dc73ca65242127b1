package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The application is redeployed, again and again, into a container that goes on, while workers are
 * inside after their deadline. Nothing of the old deployment is left once they have gone.
 *
 * <p>Each class loader is looked for after another deployment has done the same as its own. On Java
 * 25 the JDK itself keeps the last one softly: the method handles of {@code
 * java.lang.runtime.ObjectMethods} remember one type that they were asked for, here that of a
 * record of the filter. Memory pressure or the next deployment ends that, so it is no leak.
 */
@ParameterizedClass
@FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
class RedeployContractTest {
  private static final int REDEPLOYMENTS = 20;
  private static final int LATE = 2;

  /** The 5 s that destroy() waits at most, and what the container and a slow machine add. */
  private static final Duration BOUND = Gate.SOON;

  private static final List<String> WORKERS =
      VirtualThreads.supported()
          ? List.of("pool", "container", "virtual")
          : List.of("pool", "container");

  @TempDir static Path war = Path.of("set by JUnit");

  @Parameter Containers kind = Containers.JETTY_EE10;

  private final List<Generation> all = new ArrayList<>();

  @BeforeAll
  static void pack() throws Exception {
    War.unpackInto(war);
  }

  @AfterEach
  void releaseThoseOfAFailedTest() {
    all.forEach(Generation::release);
  }

  /** With threads for all: Tomcat has one wait for each late worker of a stopped application. */
  private TestContainer start() throws Exception {
    return kind.start(new Application().contextPath("/resident"), kind.options().withThreads(32));
  }

  private Generation deploy(TestContainer container, String path, int number, String worker)
      throws Exception {
    var generation = new Generation(container, war, path, number, worker);
    all.add(generation);
    generation.serves();
    return generation;
  }

  @Test
  void redeployTwentyTimes_lateWorkersLeaveWhileItStops_nothingOfTheOldOnesIsLeft()
      throws Exception {
    try (TestContainer container = start()) {
      List<Generation> old = new ArrayList<>();
      for (int i = 0; i < REDEPLOYMENTS; i++) {
        old.add(deployAndUndeploy(container, i));
      }
      Generation last = deploy(container, "/app", REDEPLOYMENTS, "auto");
      awaitCollected(container, old);
      last.serves();
    }
  }

  private Generation deployAndUndeploy(TestContainer container, int number) throws Exception {
    String worker = WORKERS.get(number % WORKERS.size());
    Generation generation = deploy(container, "/app", number, worker);
    generation.takesLateWorkers(LATE);
    BoundedStop stop = generation.undeploy();
    Gate.eventually(
        () -> stop.isIn(DeadlineFilter.class.getName(), "destroy") || stop.isDone(),
        generation + " is being destroyed");
    assertFalse(stop.isDone(), "destroy() waits for those who may leave yet: " + generation);
    assertTrue(generation.hasLateWorkers(LATE), "late workers inside " + generation);
    generation.release();
    stop.await(BOUND);
    awaitThreadsGone(generation);
    return generation;
  }

  @Test
  void redeploy_lateWorkersStay_isBounded_andNothingIsLeftOnceTheyHaveGone() throws Exception {
    try (TestContainer container = start()) {
      List<Generation> old = deployEach(container, 0);
      List<BoundedStop> stops = old.stream().map(Generation::undeploy).toList(); // all at once
      stops.forEach(stop -> stop.await(BOUND));

      List<Generation> next = deployEach(container, 1);
      for (Generation generation : old) {
        assertTrue(generation.hasLateWorkers(LATE), "late workers inside " + generation);
        assertFalse(generation.isCollected(), "collected with workers inside: " + generation);
      }
      old.forEach(Generation::release);
      Gate.eventually(
          () -> FilterLog.starting(container, FilterLog.LEFT).size() >= LATE * old.size(),
          "the late workers leave in order, with their application stopped");

      for (Generation generation : next) {
        generation.serves();
        generation.release();
        generation.undeploy().await(BOUND);
      }
      for (Generation generation : old) {
        awaitThreadsGone(generation);
      }
      awaitCollected(container, old);
    }
  }

  /** With late workers inside, at a path for each kind of worker. */
  private List<Generation> deployEach(TestContainer container, int number) throws Exception {
    List<Generation> each = new ArrayList<>();
    for (String worker : WORKERS) {
      Generation generation = deploy(container, "/" + worker, number, worker);
      generation.takesLateWorkers(LATE);
      each.add(generation);
    }
    return each;
  }

  private static void awaitThreadsGone(Generation generation) throws Exception {
    try {
      Gate.eventually(() -> generation.threads().isEmpty(), "no thread left");
    } catch (AssertionError left) {
      throw new AssertionError(
          "threads are left of " + generation + ":\n" + String.join("\n", generation.threads()),
          left);
    }
  }

  private static void awaitCollected(TestContainer container, List<Generation> old)
      throws Exception {
    container.log().clear();
    try {
      Gate.eventually(
          () -> {
            System.gc();
            return old.stream().allMatch(Generation::isCollected);
          },
          "all class loaders are collected");
    } catch (AssertionError reachable) {
      throw new AssertionError(
          "class loaders are still reachable, those of "
              + old.stream().filter(generation -> !generation.isCollected()).toList(),
          reachable);
    }
  }
}
