package io.github.deadlinefilter.jersey;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every endpoint answers with the filter in front of it as it does without. */
class SameAnswersTest {
  /** Long enough that nothing is ever late. */
  private static final Duration LONG = Duration.ofSeconds(20);

  @ParameterizedTest
  @MethodSource("io.github.deadlinefilter.jersey.Setup#all")
  void everyEndpoint_answersAsWithoutTheFilter(Setup setup) throws Exception {
    var hold = new Hold(/* deaf= */ false);
    List<Executable> comparisons = new ArrayList<>();
    try (TestContainer bare = setup.start(hold);
        TestContainer filtered = setup.start(hold, setup.filter().deadline(LONG).build())) {
      for (Deployment deployment : Deployment.values()) {
        for (Endpoint endpoint : deployment.endpoints()) {
          String expected = twice(bare, deployment, endpoint);
          String actual = twice(filtered, deployment, endpoint);
          comparisons.add(() -> assertTrue(expected.startsWith(endpoint.status() + " "), expected));
          comparisons.add(() -> assertEquals(expected, actual, () -> deployment + ": " + endpoint));
        }
      }
      assertAll(comparisons);
      assertEquals(List.of(), hold.failures());
      assertEquals(List.of(), FilterLog.warnings(filtered));
    }
  }

  /** The answers to a request and to the same again, on one connection if that is kept. */
  private static String twice(TestContainer container, Deployment deployment, Endpoint endpoint)
      throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      endpoint.send(client, Pace.USUAL.under(deployment));
      Response first = endpoint.read(client);
      if (!first.complete() || first.announcesClose()) {
        return Shape.of(first);
      }
      endpoint.send(client, Pace.USUAL.under(deployment));
      return Shape.of(first) + "\n" + Shape.of(endpoint.read(client));
    }
  }
}
