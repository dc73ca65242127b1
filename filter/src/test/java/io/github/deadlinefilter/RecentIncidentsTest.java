package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.deadlinefilter.RecentIncidents.Entry;
import io.github.deadlinefilter.RecentIncidents.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentIncidentsTest {
  private final AtomicLong wall = new AtomicLong(1_000);
  private final RecentIncidents incidents = new RecentIncidents(wall::get);

  private void add(String id, String worker) {
    incidents.add(
        new Entry(
            incidents.nowMillis(),
            id,
            "edge-1",
            "expired",
            "GET",
            "/x",
            5,
            6,
            "direct",
            "at",
            "io",
            List.of("call"),
            List.of("frame"),
            worker,
            0));
  }

  private List<String> ids() {
    return incidents.list().stream().map(Entry::incident).toList();
  }

  @Test
  void newest_comesFirst_andOneHundredAreKept() {
    assertEquals(List.of(), incidents.list());
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      add("id" + i, Entry.STUCK);
      expected.add(0, "id" + i);
    }
    assertEquals(expected.subList(0, RecentIncidents.MOST), ids());
    assertNull(incidents.find("id149"));
    assertNotNull(incidents.find("id150"));
  }

  @Test
  void lateWorkerThatLeaves_isNoted_inItsPlace() {
    add("one", Entry.STUCK);
    add("two", Entry.STUCK);
    incidents.left("one", 77);
    incidents.left("of long ago", 1);
    assertEquals(List.of("two", "one"), ids());
    Entry left = incidents.list().get(1);
    assertEquals(Entry.LEFT_LATE, left.worker());
    assertEquals(77, left.overrunNanos());
    assertEquals(List.of("frame"), left.stack());
    assertEquals("edge-1", left.request());
    assertEquals(Entry.STUCK, incidents.list().get(0).worker());
  }

  @Test
  void refusals_areCountedByKind_andPushNoIncidentOut() {
    add("one", Entry.NONE);
    for (int i = 0; i < 1_000; i++) {
      wall.incrementAndGet();
      incidents.refused("/x", "stuck");
    }
    incidents.refused("/y", "stuck");
    wall.incrementAndGet();
    incidents.refused("/x", "queue-full");
    assertEquals(List.of("one"), ids());
    assertEquals(
        List.of(
            new Refusal("/x", "queue-full", 1, 2_001),
            new Refusal("/y", "stuck", 1, 2_000),
            new Refusal("/x", "stuck", 1_000, 2_000)),
        incidents.refusals());
    incidents.refused("/x", "stuck");
    assertEquals(new Refusal("/x", "stuck", 1_001, 2_001), incidents.refusals().get(0));
  }

  @Test
  void refusals_ofTooManyKinds_dropTheOldest() {
    for (int i = 0; i < RecentIncidents.MOST + 1; i++) {
      incidents.refused("/" + i, "stuck");
    }
    List<Refusal> all = incidents.refusals();
    assertEquals(RecentIncidents.MOST, all.size());
    assertEquals("/100", all.get(0).route());
    assertEquals("/1", all.get(all.size() - 1).route());
  }

  @Test
  void stack_isTextOfItsInnermostFrames() {
    List<StackTraceElement> deep = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      deep.add(new StackTraceElement("a.B", "m" + i, "B.java", i));
    }
    List<String> lines = RecentIncidents.lines(deep);
    assertEquals(257, lines.size());
    assertEquals("a.B.m0(B.java)", lines.get(0).replace(":0", ""));
    assertEquals("a.B.m255(B.java:255)", lines.get(255));
    assertEquals("...", lines.get(256));
    assertEquals(List.of(), RecentIncidents.lines(List.of()));
  }
}
