package io.github.deadlinefilter.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.IoCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What README shows of each outcome, in the log and in the figures, is what there is: the same keys
 * in the same order, and the same words. What belongs to one request (times, names, places) may be
 * another.
 */
class OutcomesContractTest {
  private static final Path README = Path.of(System.getProperty("basedir", "."), "..", "README.md");
  private static final Pattern SHOWN =
      Pattern.compile("### Each outcome\n.*?\n```\n(.*?)\n```\n", Pattern.DOTALL);

  /** The names of a row of the table of the figures. */
  private static final Pattern NAME =
      Pattern.compile("^\\| (`deadline\\.[^|]*`) \\|", Pattern.MULTILINE);

  /** A key and its value, which may be quoted. */
  private static final Pattern PAIR = Pattern.compile("([a-z]+)=(\"[^\"]*\"|\\S+)");

  /** The keys whose values are words of the filter's own. */
  private static final Set<String> WORDS =
      Set.of("reason", "phase", "worker", "answer", "outcome", "ended");

  private final Combination setup = Combination.kinds().get(0);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  /** What the line comes to for a program: the values that differ are left out. */
  private static String shape(String line) {
    Matcher pairs = PAIR.matcher(line);
    String shape = pairs.replaceAll(pair -> WORDS.contains(pair.group(1)) ? "$0" : "$1=");
    return shape.replaceFirst(" [0-9.]+$", "");
  }

  /** As a registry for Prometheus names it, without the tags that tell filters apart. */
  private static String figure(Meter meter) {
    String unit =
        meter instanceof Timer ? "_seconds_count" : meter instanceof Counter ? "_total" : "";
    String tags =
        meter.getId().getTags().stream()
            .filter(tag -> !Set.of("context", "filter").contains(tag.getKey()))
            .sorted(Comparator.comparing(Tag::getKey))
            .map(tag -> tag.getKey() + "=\"" + tag.getValue() + "\"")
            .collect(Collectors.joining(","));
    return meter.getId().getName().replace('.', '_') + unit + "{" + tags + "}";
  }

  private Application application(Deaf deaf, Gate never) {
    return new Application()
        .filter(
            "/*",
            setup
                .filter()
                .deadline(Duration.ofMinutes(1))
                .set("clientDeadline", "X-Request-Timeout")
                .route("/leaves = 500ms grace=1m")
                .route("/stays = 500ms grace=0ms maxStuck=1")
                .route("/begun = 500ms")
                .route("/waits = 500ms max=1 queue=1")
                .build())
        .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
        .servlet(
            "/fails",
            (request, response) -> {
              throw new IllegalStateException("of the application's own");
            })
        .servlet(
            "/leaves",
            (request, response) -> {
              IoCall call = Deadline.current().io("sql", "SELECT * FROM orders WHERE id = ?");
              try {
                never.await();
              } finally {
                call.close();
              }
            })
        .servlet(
            "/stays",
            (request, response) -> {
              IoCall call = Deadline.current().io("sql", "SELECT * FROM orders WHERE id = ?");
              deaf.hold();
              call.close();
            })
        .servlet(
            "/begun",
            (request, response) -> {
              response.getOutputStream().print("half");
              response.flushBuffer();
              never.await();
            })
        .servlet("/waits", (request, response) -> deaf.hold());
  }

  private static void ask(TestContainer container, String path) throws Exception {
    try (RawClient client = RawClient.connect(container)) {
      client.request("GET", path, "", "X-Request-Id: edge-4711").read();
    }
  }

  @Test
  void whatReadmeShows_isWhatThereIs() throws Exception {
    Matcher shown = SHOWN.matcher(Files.readString(README, UTF_8));
    assertTrue(shown.find(), "README shows them");
    List<String> lines =
        Objects.requireNonNull(shown.group(1))
            .lines()
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .map(line -> line.replaceFirst("^WARNING ", ""))
            .filter(line -> !line.startsWith("Repeated: ")) // of RepeatsContractTest
            .toList();
    Set<String> seen = new HashSet<>();
    Metrics.addRegistry(registry);
    try (Deaf deaf = new Deaf();
        TestContainer container = setup.start(application(deaf, new Gate("never")))) {
      for (String path : List.of("/hi", "/fails", "/leaves", "/stays", "/stays", "/begun")) {
        ask(container, path);
      }
      RawClient first = RawClient.connect(container).get("/waits");
      deaf.awaitInside(2);
      ask(container, "/waits");
      Gate.eventually(
          () -> FilterLog.starting(container, FilterLog.EXPIRED).size() >= 5, "all late");
      Gate.eventually(
          () -> !FilterLog.starting(container, "Interrupt ignored: ").isEmpty(),
          "a worker is seen that ignores its interrupt"); // later where there was no time for it
      see(seen, container);
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 2);
      Gate.eventually(() -> registry.find("deadline.overrun").timer() != null, "an overrun");
      see(seen, container);
      assertNamesAreDocumented();
      first.close();
    } finally {
      Metrics.removeRegistry(registry);
    }
    assertEquals(
        List.of(), lines.stream().filter(line -> !seen.contains(shape(line))).toList(), "not seen");
  }

  /** By now something of each kind has happened: README has them all, and no others. */
  private void assertNamesAreDocumented() throws IOException {
    Set<String> documented = new TreeSet<>();
    Matcher names = NAME.matcher(Files.readString(README, UTF_8));
    while (names.find()) {
      documented.addAll(List.of(names.group(1).replace("`", "").split(", ")));
    }
    Set<String> registered = new TreeSet<>();
    for (Meter meter : registry.getMeters()) { // this registry has one more for each histogram
      registered.add(meter.getId().getName().replaceFirst("\\.histogram$", ""));
    }
    assertEquals(documented, registered);
  }

  private void see(Set<String> seen, TestContainer container) {
    FilterLog.warnings(container).forEach(record -> seen.add(shape(ContainerLog.message(record))));
    registry.getMeters().forEach(meter -> seen.add(shape(figure(meter))));
  }
}
