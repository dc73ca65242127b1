package io.github.deadlinefilter.jersey;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every endpoint late, at each of its places, all of them at once; then everything as before. */
class LateTest {
  private static final Duration DEADLINE = Duration.ofMillis(500);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#all")
  void lateAndToldToStop_isAnsweredOrCut_andAllGoesOn(Setup setup) throws Exception {
    // Time enough for all of them: the container answers, and keeps its connections.
    Builder filter = setup.filter().set("grace", "5s");
    int goneOn = everyEndpointLate(setup, filter, new Hold(/* deaf= */ false));
    assertEquals(setup.container() == Containers.JETTY_EE10, goneOn > 0, "Tomcat closes after 503");
  }

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#all")
  void lateAndDeaf_isAnsweredOrCut_andAllGoesOn(Setup setup) throws Exception {
    // More than the usual 100 are stuck at a time.
    Builder filter = setup.filter().set("maxStuck", "1000");
    everyEndpointLate(setup, filter, new Hold(/* deaf= */ true));
  }

  /** Returns how many of the connections have gone on. */
  private static int everyEndpointLate(Setup setup, Builder filter, Hold hold) throws Exception {
    filter.deadline(Duration.ofSeconds(20));
    for (Deployment deployment : Deployment.values()) {
      filter.route(Pace.SHORT.under(deployment) + "/* = " + DEADLINE.toMillis() + "ms");
    }
    var goneOn = new AtomicInteger();
    long stopping;
    try (TestContainer container = setup.start(hold, filter.build())) {
      Map<String, String> before = usualAnswers(container);
      List<LateRequest> all = new ArrayList<>();
      try {
        sendAll(container, hold, all);
        assertAll(all.stream().map(late -> check(late, before, goneOn)));
        assertEquals(before.get(key(Deployment.SERVLET, Endpoint.JSON)), json(container));
      } finally {
        hold.release();
        for (LateRequest late : all) {
          late.close();
        }
      }
      Gate.eventually(() -> hold.inside() == 0, "all late requests have left");
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(before, usualAnswers(container));
      Gate.eventually(() -> FilterLog.expired(container) >= all.size(), "all have been logged");
      assertEquals(all.size(), FilterLog.expired(container), "each once");
      assertEquals(List.of(), FilterLog.unexpected(container));
      assertEquals(List.of(), hold.failures());
      stopping = System.nanoTime();
    }
    Duration stop = Duration.ofNanos(System.nanoTime() - stopping);
    assertTrue(stop.compareTo(STOP_LIMIT) < 0, () -> "stopped after " + stop);
    return goneOn.get();
  }

  /**
   * Each is where it is to be late before the next is sent: their deadlines overlap all the same.
   */
  private static void sendAll(TestContainer container, Hold hold, List<LateRequest> sent)
      throws Exception {
    for (Deployment deployment : Deployment.values()) {
      for (Endpoint endpoint : deployment.endpoints()) {
        for (Place place : endpoint.latePlaces()) {
          LateRequest late = LateRequest.send(container, deployment, endpoint, place);
          sent.add(late);
          Gate.eventually(() -> hold.hasSeen(late.order()), late + ", and is there");
        }
      }
    }
  }

  /** Its own answer, and the next one on its connection where there is a next. */
  private static Executable check(
      LateRequest late, Map<String, String> usual, AtomicInteger goneOn) {
    return () -> {
      try {
        Response response = late.read(DEADLINE);
        if (response.complete() && !response.announcesClose()) {
          Endpoint.JSON.send(late.client(), Pace.USUAL.under(late.deployment()));
          assertEquals(
              usual.get(key(late.deployment(), Endpoint.JSON)), Shape.of(late.client().read()));
          goneOn.incrementAndGet();
        }
      } catch (Exception | AssertionError failure) {
        throw new AssertionError(late.toString(), failure);
      }
    };
  }

  private static String key(Deployment deployment, Endpoint endpoint) {
    return deployment + ": " + endpoint;
  }

  private static Map<String, String> usualAnswers(TestContainer container) throws Exception {
    Map<String, String> answers = new LinkedHashMap<>();
    for (Deployment deployment : Deployment.values()) {
      for (Endpoint endpoint : deployment.endpoints()) {
        answers.put(key(deployment, endpoint), usual(container, deployment, endpoint));
      }
    }
    return answers;
  }

  private static String usual(TestContainer container, Deployment deployment, Endpoint endpoint)
      throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      endpoint.send(client, Pace.USUAL.under(deployment));
      return Shape.of(endpoint.read(client));
    }
  }

  private static String json(TestContainer container) throws Exception {
    return usual(container, Deployment.SERVLET, Endpoint.JSON);
  }
}
