package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.jmx.DeadlineFilterMXBean;
import io.github.deadlinefilter.jmx.DeadlineFilterMXBean.RouteStatus;
import io.github.deadlinefilter.jmx.DeadlineFilterMXBean.RunningRequest;
import io.github.deadlinefilter.jmx.DeadlineFilterMXBean.StuckRequest;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** An operator sees over JMX what goes on, and may end a request or change a deadline. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class ManagementContractTest {
  static final String NAME =
      "io.github.deadlinefilter:type=DeadlineFilter,context=\"/\",name=\"filter-0\"";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private DeadlineFilterMXBean bean() throws Exception {
    return JMX.newMXBeanProxy(server, new ObjectName(NAME), DeadlineFilterMXBean.class);
  }

  private TestContainer start(Deaf deaf, String mode, String deadline) throws Exception {
    return start((request, response) -> deaf.hold(), mode, deadline);
  }

  private TestContainer start(Application.Handler slow, String mode, String deadline)
      throws Exception {
    return setup.start(
        new Application()
            .filter(
                "/*",
                setup
                    .filter()
                    .set("mode", mode)
                    .route("/deaf = " + deadline)
                    .route("/free = none")
                    .build())
            .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
            .servlet("/deaf", slow));
  }

  private String cancelOnly(TestContainer container) throws Exception {
    DeadlineFilterMXBean bean = bean();
    Gate.eventually(() -> bean.getRunning().size() == 1, "it is at work");
    assertTrue(bean.cancel(bean.getRunning().get(0).getId()));
    return FilterLog.expired(container);
  }

  @Test
  void request_thatIsCancelled_knowsThatItIs() throws Exception {
    Gate inside = new Gate("inside");
    var cause = new CompletableFuture<Deadline.Cause>();
    var why = new CompletableFuture<Deadline.Cause>();
    try (TestContainer container =
            start(
                (request, response) -> {
                  inside.open();
                  try {
                    new Gate("never opened").await();
                  } catch (InterruptedException e) {
                    cause.complete(Deadline.current().cause());
                    why.complete(
                        assertThrows(DeadlineExceededException.class, Deadline.current()::check)
                            .why());
                  }
                },
                "enforce",
                "30s");
        RawClient client = RawClient.connect(container).get("/deaf")) {
      inside.await();
      cancelOnly(container);
      assertEquals(503, client.read().status());
      assertEquals(Deadline.Cause.CANCELLED, cause.get());
      assertEquals(Deadline.Cause.CANCELLED, why.get());
    }
  }

  /** What an operator does to it does not make it known. */
  @Test
  void request_inSomethingCritical_isCancelled_theOutcomeIsUnknown() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container =
            start(
                (request, response) -> Deadline.critical(Duration.ZERO, deaf::hold),
                "enforce",
                "30s retryAfter=5s");
        RawClient client =
            RawClient.connect(container).get("/deaf", "Accept: application/problem+json")) {
      deaf.awaitInside(1);
      String line = cancelOnly(container);
      assertTrue(line.contains(" reason=outcome-unknown "), line);
      Response response = client.read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.text().contains("\"outcome-unknown\""), response::toString);
      assertNull(response.header("Retry-After"), response::toString);
      assertEquals(0, deaf.interrupts());
      deaf.release();
      deaf.awaitLeft();
    }
  }

  private static RouteStatus route(DeadlineFilterMXBean bean, String name) {
    return bean.getRoutes().stream()
        .filter(route -> route.getRoute().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void request_isSeenAtWork_andEndsWhenItIsCancelled() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = start(deaf, "enforce", "30s");
        RawClient client = RawClient.connect(container).get("/deaf", "X-Request-Id: edge-4711")) {
      deaf.awaitInside(1);
      DeadlineFilterMXBean bean = bean();
      RunningRequest running = bean.getRunning().get(0);
      assertEquals("/deaf", running.getRoute());
      assertEquals("running", running.getPhase());
      assertEquals(30_000, running.getDeadlineMillis());
      assertEquals(1, bean.getInFlight());
      assertEquals(1, route(bean, "/deaf").getInFlight());
      assertFalse(bean.cancel("no-such-one"));
      assertTrue(bean.cancel(running.getId()));
      Response cancelled = client.read();
      assertEquals(503, cancelled.status());
      assertTrue(cancelled.text().contains("cancelled"), cancelled::toString);
      assertTrue(cancelled.text().contains(running.getId()), cancelled::toString);
      String line = FilterLog.expired(container);
      assertTrue(line.contains("incident=" + running.getId() + " reason=cancelled "), line);
      assertEquals(1, bean.getStuck());
      assertEquals(List.of(), bean.getRunning());
      StuckRequest stuck = bean.getStuckWorkers().get(0);
      assertEquals(running.getId(), stuck.getId());
      assertEquals("edge-4711", stuck.getRequest());
      Gate.eventually(
          () -> bean.getStuckWorkers().get(0).getStuckMillis() > stuck.getStuckMillis(),
          "it grows older");
      assertTrue(
          stuck.getStackNow().stream().anyMatch(frame -> frame.contains("Deaf.hold(")),
          stuck.getStackNow()::toString);
      assertTrue(
          stuck.getStackThen().stream().anyMatch(frame -> frame.contains("Deaf.hold(")),
          stuck.getStackThen()::toString);
      deaf.release();
      Gate.eventually(() -> bean.getStuck() == 0, "it has left");
      assertFalse(bean.cancel(running.getId()), "it is gone");
    }
  }

  @Test
  void deadline_isChangedForTheRequestsThatCome() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = start(deaf, "enforce", "30s")) {
      assertEquals("hi", RawClient.ask(container, "/hi").text()); // the first one takes long
      DeadlineFilterMXBean bean = bean();
      assertEquals("30s", bean.setDeadline("/deaf", "300ms"));
      assertEquals("300ms", route(bean, "/deaf").getDeadline());
      assertEquals("30s", route(bean, "/deaf").getConfiguredDeadline());
      assertEquals(503, RawClient.ask(container, "/deaf").status());
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" deadline=300ms "), line);
      Gate.eventually(() -> route(bean, "/deaf").getExpired() == 1, "it is in the figures");
      assertEquals("300ms", bean.setDeadline("/deaf", "none"));
      try (RawClient client = RawClient.connect(container).get("/deaf")) {
        Gate.eventually(() -> !bean.getRunning().isEmpty(), "it is inside");
        assertEquals(-1, bean.getRunning().get(0).getDeadlineMillis());
        deaf.release();
        assertEquals(200, client.read().status());
      }
    }
  }

  @Test
  void wrongArgument_isNamed_andChangesNothing() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = start(deaf, "enforce", "30s")) {
      RawClient.ask(container, "/hi");
      DeadlineFilterMXBean bean = bean();
      assertEquals(
          "\"/deaff\" is not a route; there are \"/deaf\", \"/free\", \"default\"",
          assertThrows(IllegalArgumentException.class, () -> bean.setDeadline("/deaff", "1s"))
              .getMessage());
      assertEquals(
          "\"/free\" has no deadline in the settings, and keeps that",
          assertThrows(IllegalArgumentException.class, () -> bean.setDeadline("/free", "1s"))
              .getMessage());
      String message =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, () -> bean.setDeadline("/deaf", "5")));
      assertTrue(message.contains("\"5\"") && message.contains("500ms"), message);
      assertEquals("30s", route(bean, "/deaf").getDeadline());
    }
  }

  @Test
  void figures_areThoseOfTheLastHour_alsoWhereItOnlyObserves() throws Exception {
    for (String mode : List.of("enforce", "observe")) {
      try (var deaf = new Deaf();
          TestContainer container = start(deaf, mode, "30s")) {
        for (int i = 0; i < 3; i++) {
          RawClient.ask(container, "/hi");
        }
        DeadlineFilterMXBean bean = bean();
        assertEquals(mode, bean.getMode());
        Gate.eventually(() -> route(bean, "default").getRequests() == 3, "three of " + mode);
        assertTrue(route(bean, "default").getP50Millis() > 0);
        assertTrue(
            route(bean, "default").getP50Millis() <= route(bean, "default").getLongestMillis());
        assertEquals(0, route(bean, "/deaf").getRequests());
        assertTrue(bean.getAdvice().contains("/deaf"), bean.getAdvice());
        String json = bean.getAdviceJson();
        assertTrue(json.contains("{\"route\":\"/deaf\",\"deadline\":30000,"), json);
      }
    }
  }

  /** More stacks are not taken at once, and in a second. */
  private static final int BLAMED = 10;

  @Test
  void mostAreLate_isAdvised_alsoWhereItOnlyObserves() throws Exception {
    var turn = new Semaphore(0);
    try (TestContainer container =
        setup.start(
            new Application()
                .filter("/*", setup.filter().set("mode", "observe").route("/slow = 100ms").build())
                .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
                .servlet("/slow", (request, response) -> turn.acquire()))) {
      RawClient.ask(container, "/hi"); // the first one takes long
      DeadlineFilterMXBean bean = bean();
      for (int i = 1; i <= 2 * BLAMED; i++) {
        try (RawClient client = RawClient.connect(container).get("/slow")) {
          String blamed = i > BLAMED ? "" : "\"route\":\"/slow\"[^}]*\"blamed\":" + i + ",";
          Pattern seen = Pattern.compile(blamed);
          Gate.eventually(
              () ->
                  route(bean, "/slow").getStuck() == 1 && seen.matcher(bean.getAdviceJson()).find(),
              "it is late, and was looked at");
          turn.release();
          assertEquals(200, client.read().status());
        }
      }
      Gate.eventually(
          () -> bean.getAdviceJson().contains("\"code\":\"cuts-many\",\"route\":\"/slow\""),
          "all have been counted");
      String advice = bean.getAdvice();
      assertTrue(
          advice.contains(
              "cuts-many: 100 % of its requests of the last hour (20 of 20) took longer than their"
                  + " deadline of 100ms"),
          advice);
      assertTrue(
          advice.contains(
              "one-dependency: Slow because of " + ManagementContractTest.class.getName() + "."),
          advice);
      assertTrue(advice.contains(": that is 100 % of the "), advice);
    }
  }

  @Test
  void whenTheFilterIsDestroyed_nothingOfItIsLeft() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = start(deaf, "enforce", "30s")) {
      RawClient.ask(container, "/hi");
      assertEquals(Set.of(new ObjectName(NAME)), ours());
    }
    assertEquals(Set.of(), ours());
  }

  private Set<ObjectName> ours() throws Exception {
    return server.queryNames(new ObjectName("io.github.deadlinefilter:*"), null);
  }
}
