package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class IncidentTest {
  private static final Pattern UNAMBIGUOUS = Pattern.compile("[0-9a-z&&[^ilou]]{9}");

  @Test
  void ids_areDrawn_shortUnambiguousAndDifferent() {
    Set<String> ids = new HashSet<>();
    Set<Integer> letters = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String id = Incident.next();
      assertTrue(UNAMBIGUOUS.matcher(id).matches(), id);
      ids.add(id);
      id.chars().forEach(letters::add);
    }
    assertEquals(1_000, ids.size());
    assertEquals(32, letters.size());
  }
}
