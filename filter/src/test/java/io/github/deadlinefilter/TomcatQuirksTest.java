package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.apache.catalina.connector.Response;
import org.junit.jupiter.api.Test;

/** What is done to Tomcat's own objects, where a container thread of it may look at them. */
class TomcatQuirksTest {
  private static final class Track {
    final org.apache.coyote.Response coyote = new org.apache.coyote.Response();
    final HttpServletResponse facade;
    boolean seen;

    Track() {
      var response = new Response();
      response.setCoyoteResponse(coyote);
      facade = response.getResponse();
    }
  }

  /** It would run the application once more, having seen that one is and then that none is. */
  @Test
  void race_answerAgainstContainerThread_noErrorIsEverToBeReported() throws Exception {
    var quirks = new TomcatQuirks(Objects.requireNonNull(Response.class.getClassLoader()));
    Race.run(
        20_000,
        Track::new,
        track -> {
          assertFalse(track.seen);
          assertTrue(track.coyote.isError());
        },
        track -> quirks.afterAnswer(track.facade),
        track -> {
          while (!track.coyote.isError()) {
            Thread.onSpinWait();
          }
          track.seen = track.coyote.isErrorReportRequired();
        });
  }
}
