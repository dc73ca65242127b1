package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording of the JDK's flight recorder has what did not end in time. */
class FlightRecorderContractTest {
  private static final String PREFIX = "io.github.deadlinefilter.";

  private final Combination setup = Combination.kinds().get(0);

  @Test
  void recording_hasExpiryRefusalAndOverrun(@TempDir Path folder) throws Exception {
    try (var deaf = new Deaf();
        var recording = new Recording()) {
      var app =
          new Application()
              .filter("/*", setup.filter().route("/deaf = 300ms max=1 queue=0").build())
              .servlet("/hi", (request, response) -> response.getOutputStream().print("hi"))
              .servlet(
                  "/deaf",
                  (request, response) -> {
                    Deadline.current().io("redis", "GET session").close();
                    deaf.hold();
                  });
      Response late;
      try (TestContainer container = setup.start(app)) {
        RawClient.ask(container, "/hi"); // the first request of a container takes long
        recording.enable(PREFIX + "Expired");
        recording.enable(PREFIX + "Refused");
        recording.enable(PREFIX + "LeftLate");
        recording.start();
        try (RawClient client = RawClient.connect(container)) {
          late = client.get("/deaf", "X-Request-Id: edge-17").read();
        }
        FilterLog.expired(container); // the log, and this, follow the answer
        RawClient.ask(container, "/deaf");
        FilterLog.refused(container);
        deaf.release();
        FilterLog.left(container);
      }
      recording.stop();
      Path file = folder.resolve("requests.jfr");
      recording.dump(file);
      assertTrue(Files.size(file) > 0);
      List<RecordedEvent> events =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().startsWith(PREFIX))
              .sorted(Comparator.comparing(RecordedEvent::getStartTime))
              .toList();
      assertEquals(
          List.of("Expired", "Refused", "LeftLate"),
          events.stream()
              .map(event -> event.getEventType().getName().substring(PREFIX.length()))
              .toList());
      RecordedEvent expired = events.get(0);
      assertTrue(late.text().contains(expired.getString("incident")), late::toString);
      assertEquals("expired", expired.getString("reason"));
      assertEquals("/deaf", expired.getString("route"));
      assertEquals("GET", expired.getString("method"));
      assertEquals(Duration.ofMillis(300), expired.getDuration("deadline"));
      assertTrue(expired.getDuration("elapsed").compareTo(Duration.ofMillis(300)) >= 0);
      assertEquals("direct", expired.getString("answer"));
      assertEquals("edge-17", expired.getString("requestId"));
      assertTrue(expired.getString("io").startsWith("redis 1 call "));
      assertTrue(expired.getString("blamed").startsWith(Gate.class.getName() + ".awaitDeaf("));
      assertTrue(expired.getString("workerStack").contains(Deaf.class.getName()));
      assertEquals("route-full", events.get(1).getString("reason"));
      assertTrue(events.get(2).getDuration("overrun").compareTo(Duration.ZERO) > 0);
      assertEquals(expired.getString("incident"), events.get(2).getString("incident"));
    }
  }
}
