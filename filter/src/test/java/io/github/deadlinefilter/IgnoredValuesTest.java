package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.IgnoredValues.Why;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IgnoredValuesTest {
  @RegisterExtension private final LogLines log = LogLines.ofLevelsAndMessages();

  @Test
  void manyOfAKind_firstIsShown_allAreCounted() {
    IgnoredValues ignored = new IgnoredValues("Prefer");
    ignored.add(Why.MALFORMED, "wait=1.5");
    ignored.add(Why.MALFORMED, "wait=x");
    ignored.add(Why.TOO_OLD, "t=1");

    assertEquals(
        List.of(
            Level.INFO + " Ignored: header=Prefer why=malformed value=\"wait=1.5\"",
            Level.WARNING + " Ignored: header=Prefer why=too-old value=\"t=1\""),
        log.lines());
    assertEquals(2, ignored.count(Why.MALFORMED));
    assertEquals(1, ignored.count(Why.TOO_OLD));
    assertEquals(0, ignored.count(Why.ZERO));
  }

  @Test
  void valueIsLongAndFullOfSigns_lineStaysOneAndShort() {
    new IgnoredValues("Prefer").add(Why.ZERO, "a\"\r\nINFO {0} \u2028" + "x".repeat(9_999));

    assertEquals(
        List.of(
            "INFO Ignored: header=Prefer why=zero value=\"a???INFO ?0? ?" + "x".repeat(26) + '"'),
        log.lines());
  }
}
