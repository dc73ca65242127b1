package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.deadlinefilter.IgnoredValues.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IgnoredValuesTest {
  private static final Logger LOGGER = Logger.getLogger("io.github.deadlinefilter");

  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void forget() {
    LOGGER.removeHandler(handler);
  }

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
        lines);
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
        lines);
  }
}
