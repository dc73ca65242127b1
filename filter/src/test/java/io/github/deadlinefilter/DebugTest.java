package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DebugTest {
  @RegisterExtension final LogLines log = LogLines.ofMessages();

  private final ManualTicker ticker = new ManualTicker();
  private final AtomicBoolean attached = new AtomicBoolean();
  private final AtomicInteger looks = new AtomicInteger();

  private Debug debug(Debug.Kind kind, boolean agent) {
    return new Debug(
        kind,
        agent,
        () -> {
          looks.incrementAndGet();
          return attached.get();
        },
        ticker);
  }

  @Test
  void attachedAndLeft_isNoticedWithinASecond() {
    Debug debug = debug(Debug.Kind.SUSPEND, /* agent= */ true);
    assertFalse(debug.isSuspended());
    attached.set(true);
    assertFalse(debug.isSuspended(), "not looked again yet");
    ticker.advance(Duration.ofSeconds(1));
    assertTrue(debug.isSuspended());
    attached.set(false);
    assertTrue(debug.isSuspended(), "not looked again yet");
    ticker.advance(Duration.ofSeconds(1));
    assertFalse(debug.isSuspended());
    assertEquals(3, looks.get());
  }

  @Test
  void attachedTwice_isSaidOnce_andHowToHaveDeadlinesFire() {
    Debug debug = debug(Debug.Kind.SUSPEND, /* agent= */ true);
    for (boolean there : new boolean[] {true, false, true}) {
      attached.set(there);
      ticker.advance(Duration.ofSeconds(1));
      assertEquals(there, debug.isSuspended());
    }
    assertEquals(
        List.of(
            "A debugger is attached: no deadline fires while it is; debug=enforce has them fire"),
        log.lines());
  }

  @Test
  void enforced_orWithoutAnAgent_nobodyLooks() {
    attached.set(true);
    assertFalse(debug(Debug.Kind.ENFORCE, /* agent= */ true).isSuspended());
    assertFalse(debug(Debug.Kind.SUSPEND, /* agent= */ false).isSuspended());
    assertEquals(0, looks.get());
  }
}
