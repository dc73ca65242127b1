package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The {@code max} and {@code queue} of a route: it cannot take the workers of the others. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class RouteLimitContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private Application app(String workers, String rule, Deaf deaf) throws Exception {
    return new Application()
        .filter(
            "/*",
            setup
                .filter()
                .set("workers", workers)
                .route("/slow = 5m " + rule)
                .route("/hi = 2m")
                .build())
        .servlet("/slow", (request, response) -> deaf.hold())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"));
  }

  private static RawClient ask(TestContainer container, String path, List<RawClient> open)
      throws Exception {
    RawClient client = RawClient.connect(container);
    open.add(client);
    return client.get(path);
  }

  @Test
  void routeFull_refusesItsOwn_andNobodyElse() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (var deaf = new Deaf();
        TestContainer container =
            setup.start(app("4", "max=2 queue=0", deaf), setup.options().withThreads(8))) {
      ask(container, "/slow", open);
      ask(container, "/slow", open);
      deaf.awaitInside(2);
      Response refused = ask(container, "/slow", open).read();
      assertEquals(503, refused.status());
      assertTrue(refused.text().contains("reason route-full,"), refused::toString);
      String line = FilterLog.refused(container);
      assertTrue(line.contains(" reason=route-full method=GET route=\"/slow\" "), line);
      assertTrue(line.contains(" phase=queued worker=none"), line);
      assertEquals("hi", ask(container, "/hi", open).read().text());
      deaf.release();
      assertEquals(200, open.get(0).read().status());
      assertEquals(200, open.get(1).read().status());
      assertEquals(200, ask(container, "/slow", open).read().status(), "it flows again");
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }

  /** An error page of the application's own, as Spring's, says nothing of what it was told. */
  @Test
  void routeFull_errorPageOfTheApplication_theHeaderSaysWhy() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (var deaf = new Deaf();
        TestContainer container =
            setup.start(
                app("4", "max=1 queue=0", deaf)
                    .servlet(
                        "/oops",
                        (request, response) -> response.getOutputStream().print("try later"))
                    .errorPage(503, "/oops"),
                setup.options().withThreads(8))) {
      ask(container, "/slow", open);
      deaf.awaitInside(1);
      Response refused = ask(container, "/slow", open).read();
      assertEquals(503, refused.status());
      assertEquals("try later", refused.text());
      Matcher incident = Pattern.compile("incident=(\\S+)").matcher(FilterLog.refused(container));
      assertTrue(incident.find());
      assertEquals(
          List.of("route-full;incident=\"" + incident.group(1) + '"'),
          refused.headers("Deadline-Reason"));
      deaf.release(); // first: the container waits for it when it is closed
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }

  /** How many container threads wait for a place. */
  private static long waiting() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                Arrays.stream(stack)
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals("io.github.deadlinefilter.Admission")
                                && frame.getMethodName().equals("acquire")))
        .count();
  }

  /** Two wait for the route's place: they take none of the two workers, of which one is free. */
  @Test
  void waitingForTheRoute_takesNoWorker() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (var deaf = new Deaf();
        TestContainer container =
            setup.start(app("2", "max=1 queue=2", deaf), setup.options().withThreads(8))) {
      for (int i = 0; i < 3; i++) {
        ask(container, "/slow", open);
      }
      deaf.awaitInside(1);
      Gate.eventually(() -> waiting() == 2, "both others wait");
      Response healthy = ask(container, "/hi", open).read();
      assertEquals("hi", healthy.text());
      assertTrue(healthy.untilEnd().compareTo(Gate.SOON) < 0, healthy::toString);
      assertEquals(1, deaf.inside());
      deaf.release();
      for (int i = 0; i < 3; i++) {
        assertEquals(200, open.get(i).read().status());
      }
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }
}
