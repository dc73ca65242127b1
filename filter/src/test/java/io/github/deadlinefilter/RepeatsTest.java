package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RepeatsTest {
  private static final long MINUTE = 60_000_000_000L;

  @RegisterExtension private final LogLines log = LogLines.ofMessages();

  /** The ends of intervals, in the order in which they were begun. */
  private final Queue<Runnable> ends = new ArrayDeque<>();

  private final Repeats repeats = new Repeats((nanos, task) -> ends.add(task), MINUTE);

  private boolean expired(String route, String at) {
    return repeats.isNews("Deadline expired", route, "expired", at);
  }

  @Test
  void theSame_isNewsOnce_andItsNumberIsSaidAtTheEndOfTheInterval() {
    assertTrue(expired("/a", "Orders.find(Orders.java:41)"));
    assertFalse(expired("/a", "Orders.find(Orders.java:41)"));
    assertFalse(expired("/a", "Orders.find(Orders.java:41)"));

    ends.remove().run();

    assertEquals(
        List.of(
            "Repeated: what=\"Deadline expired\" reason=expired route=\"/a\""
                + " at=\"Orders.find(Orders.java:41)\" times=2 within=1m"),
        log.lines());
    assertTrue(expired("/a", "Orders.find(Orders.java:41)"), "in the next interval");
  }

  @Test
  void anotherRoute_place_reasonOrEvent_isNotTheSame() {
    assertTrue(expired("/a", "x"));
    assertTrue(expired("/b", "x"));
    assertTrue(expired("/a", "y"));
    assertTrue(repeats.isNews("Deadline expired", "/a", "idle", "x"));
    assertTrue(repeats.isNews("Refused", "/a", "expired", "x"));
  }

  @Test
  void whatDidNotComeAgain_isNotSaid() {
    assertTrue(expired("/a", ""));

    ends.remove().run();

    assertEquals(List.of(), log.lines());
  }

  @Test
  void itsEnd_saysWhatWasCounted_andEverythingIsNewsAfterIt() {
    assertTrue(expired("/a", ""));
    assertFalse(expired("/a", ""));

    repeats.close();

    assertEquals(
        List.of(
            "Repeated: what=\"Deadline expired\" reason=expired route=\"/a\" times=1 within=1m"),
        log.lines());
    assertTrue(expired("/a", ""));
    assertTrue(expired("/a", ""));
    ends.remove().run();
    assertEquals(1, log.lines().size(), "said once");
  }

  @Test
  void intervalOfZero_everythingIsNews() {
    var all = new Repeats((nanos, task) -> {}, 0);
    assertTrue(all.isNews("Refused", "/a", "stuck", ""));
    assertTrue(all.isNews("Refused", "/a", "stuck", ""));
  }

  @Test
  void moreThanAThousandPlaces_countAsOne() {
    for (int i = 0; i < 1_000; i++) {
      assertTrue(expired("/a", "place " + i));
    }
    assertTrue(expired("/a", "one more"));
    assertFalse(expired("/a", "and another"));
    assertFalse(expired("/a", "place 7"), "is known");
    assertEquals(1_001, ends.size());
  }
}
