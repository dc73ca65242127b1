package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the same scenario with the filter in front of it and without it. */
final class Comparison {
  /** Long enough that no scenario of a comparison is ever late. */
  static final Duration LONG = Duration.ofSeconds(20);

  private static final List<String> VOLATILE = List.of("date", "last-modified", "etag");

  /** An application, and where it notes what it sees. */
  @FunctionalInterface
  interface Scenario {
    void describe(Application app, Queue<String> notes);
  }

  /** One request and its response. */
  @FunctionalInterface
  interface Exchange {
    Response with(RawClient client) throws Exception;
  }

  /** What came of a scenario. */
  record Outcome(List<String> answers, List<String> notes) {}

  private Comparison() {}

  /** A header whose value differs from one run to the next. */
  static boolean isVolatile(String header) {
    return VOLATILE.contains(header.toLowerCase(Locale.ROOT));
  }

  static Exchange get(String path) {
    return client -> client.get(path).read();
  }

  /** Runs it without the filter and with it, and returns what came of it both times. */
  static Outcome same(Combination setup, int notes, Scenario scenario, Exchange... exchanges)
      throws Exception {
    Outcome without = run(setup, false, notes, scenario, exchanges);
    assertEquals(without, run(setup, true, notes, scenario, exchanges));
    return without;
  }

  /**
   * As {@link #same}, for what a container does otherwise where anything at all is wrapped around
   * its own request and response: that the filter's guards come to no more than {@link
   * PlainWrappers}. Fails where those make no difference either, so that it is used for nothing
   * else.
   */
  static Outcome sameAsAnyWrapper(
      Combination setup, int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Outcome wrapped = run(setup, PlainWrappers::inFront, notes, scenario, exchanges);
    assertNotEquals(run(setup, false, notes, scenario, exchanges), wrapped);
    assertEquals(wrapped, run(setup, true, notes, scenario, exchanges));
    return wrapped;
  }

  /** As {@link #same}, for what comes of forwards. */
  static Outcome sameForwarded(
      Combination setup, int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    return setup.container() == Containers.UNDERTOW
        ? sameAsAnyWrapper(setup, notes, scenario, exchanges)
        : same(setup, notes, scenario, exchanges);
  }

  /**
   * The scenario's outcome once its application has noted {@code notes} things.
   *
   * @param filtered with the filter in front of every path
   */
  static Outcome run(
      Combination setup, boolean filtered, int notes, Scenario scenario, Exchange... exchanges)
      throws Exception {
    return run(
        setup,
        app -> {
          if (filtered) {
            app.filter("/*", setup.filter().deadline(LONG).build());
          }
        },
        notes,
        scenario,
        exchanges);
  }

  private static Outcome run(
      Combination setup,
      Consumer<Application> front,
      int notes,
      Scenario scenario,
      Exchange... exchanges)
      throws Exception {
    var app = new Application();
    front.accept(app);
    Queue<String> noted = new ConcurrentLinkedQueue<>();
    scenario.describe(app, noted);
    List<String> answers = new ArrayList<>();
    try (TestContainer container = setup.start(app)) {
      RawClient client = RawClient.connect(container);
      try {
        for (Exchange exchange : exchanges) {
          Response response;
          try {
            response = exchange.with(client);
          } catch (RawClient.NoResponse e) {
            answers.add("none");
            client.close();
            client = RawClient.connect(container);
            continue;
          }
          answers.add(summary(response));
          // What an application notes after its answer belongs before what the next one notes.
          Gate.eventually(() -> container.busyThreads() == 0, "idle before the next request");
          if (!response.complete() || response.announcesClose()) {
            client.close();
            client = RawClient.connect(container);
          }
        }
      } finally {
        client.close();
      }
      Gate.eventually(() -> noted.size() >= notes, notes + " notes, not only " + noted);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
    }
    return new Outcome(answers, noted.stream().map(Comparison::stable).toList());
  }

  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([\\w=-]{8,})");

  /**
   * Without the ids of sessions, the boundaries of multipart bodies, and the dates that a container
   * makes of Max-Age.
   */
  private static String stable(String text) {
    Matcher boundary = BOUNDARY.matcher(text);
    return (boundary.find() ? text.replace(boundary.group(1), "BOUNDARY") : text)
        .replaceAll("(?i)(JSESSIONID=)[\\w.-]+", "$1ID")
        .replaceAll("(?i)(Expires=)\\w{3}, [\\w -]+ [\\d:]{8} GMT", "$1DATE");
  }

  /** Without what differs from run to run; error pages hold stack traces, with other frames. */
  private static String summary(Response response) {
    if (response.status() >= 400) {
      List<String> asked = response.headers("WWW-Authenticate");
      return response.status() + " " + response.complete() + (asked.isEmpty() ? "" : " " + asked);
    }
    List<String> headers =
        response.headers().stream()
            .filter(header -> !isVolatile(header.getKey()))
            .map(Object::toString)
            .toList();
    return shortened(
        stable(
            response.status()
                + " "
                + headers
                + " "
                + response.ending()
                + " "
                + response.trailers()
                + response.octets()));
  }

  /** How many characters of each end of a long answer a summary has. */
  static final int SHOWN = 200;

  /** Whatever differs in it differs still, and who reads of a failed comparison can read it. */
  private static String shortened(String text) {
    int left = text.length() - SHOWN;
    return left <= SHOWN
        ? text
        : text.substring(0, SHOWN)
            + " ... "
            + text.length()
            + " characters of hash code "
            + text.hashCode()
            + " ... "
            + text.substring(left);
  }
}
