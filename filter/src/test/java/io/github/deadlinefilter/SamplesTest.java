package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static final long SECOND = 1_000_000_000L;

  /** From the outermost frame in, each as {@code Type.method:line}. */
  private static List<StackTraceElement> stack(String... frames) {
    StackTraceElement[] stack = new StackTraceElement[frames.length];
    for (int i = 0; i < frames.length; i++) {
      String[] parts = frames[i].split("[.:](?=\\w+(?::|$))", -1);
      stack[frames.length - 1 - i] =
          new StackTraceElement(parts[0], parts[1], "X.java", Integer.parseInt(parts[2]));
    }
    return Arrays.asList(stack);
  }

  @Test
  void sameCallInEach_isItsLine() {
    assertEquals(
        "shop.Db.query(X.java:3)",
        Samples.common(
            List.of(
                stack("jakarta.Servlet.service:1", "shop.Orders.list:2", "shop.Db.query:3"),
                stack("jakarta.Servlet.service:1", "shop.Orders.list:2", "shop.Db.query:3")),
            ApplicationLines.NONE));
  }

  @Test
  void manyShortCallsOfALoop_isTheLoop_whereItWasLastSeen() {
    assertEquals(
        "shop.Orders.list(X.java:9)",
        Samples.common(
            List.of(
                stack("jakarta.Servlet.service:1", "shop.Orders.list:7", "shop.Db.query:3"),
                stack("jakarta.Servlet.service:1", "shop.Orders.list:8", "shop.Cache.get:5"),
                stack("jakarta.Servlet.service:1", "shop.Orders.list:9", "shop.Db.query:3")),
            ApplicationLines.NONE));
  }

  @Test
  void jdkAndAdapters_areNotToBlame() {
    assertEquals(
        "shop.Orders.list(X.java:2)",
        Samples.common(
            List.of(
                stack(
                    "shop.Orders.list:2",
                    "io.github.deadlinefilter.jdbc.Call.run:5",
                    "java.net.Socket.read:7")),
            ApplicationLines.NONE));
  }

  @Test
  void guardedCall_isAPartOfTheLoopThatItIsIn() {
    String run = RequestRun.class.getName();
    assertEquals(
        "shop.Orders.list(X.java:8)",
        Samples.common(
            List.of(
                stack(run + ".run:9", "shop.Orders.list:7", "shop.Db.query:3"),
                stack(
                    run + ".run:9",
                    "shop.Orders.list:8",
                    "io.github.deadlinefilter.GuardedOutput.write:1",
                    FencedRun.class.getName() + ".writing:5",
                    "org.eclipse.jetty.Output.write:2")),
            ApplicationLines.NONE));
  }

  /** It writes byte by byte: seen now in our call, and now in the container's below it. */
  @Test
  void guardedCall_isNeverToBlame() {
    String run = RequestRun.class.getName() + ".run:9";
    String guard = "io.github.deadlinefilter.GuardedOutput.write:1";
    String fenced = FencedRun.class.getName();
    assertEquals(
        "shop.Orders.list(X.java:8)",
        Samples.common(
            List.of(
                stack(run, "shop.Orders.list:8", guard, fenced + ".writing:5", fenced + ".admit:9"),
                stack(
                    run, "shop.Orders.list:8", guard, fenced + ".writing:6", "jetty.Out.write:2")),
            ApplicationLines.NONE));
  }

  @Test
  void whoHasJustLeft_saysNothing_andTheOthersDo() {
    String run = RequestRun.class.getName() + ".run:9";
    assertEquals(
        "shop.Db.query(X.java:3)",
        Samples.common(
            List.of(
                stack(
                    "java.lang.Thread.run:1", run, "jakarta.Servlet.service:1", "shop.Db.query:3"),
                stack("java.lang.Thread.run:1", run),
                stack("java.lang.Thread.run:1", run, "jdk.internal.Unpark.unpark:1")),
            ApplicationLines.NONE));
  }

  @Test
  void nothing_isNobody() {
    assertNull(Samples.common(List.of(), ApplicationLines.NONE));
    assertNull(Samples.common(List.of(stack("java.lang.Thread.run:1")), ApplicationLines.NONE));
  }

  @Test
  void aHalfAndFourFifths_ofWhatIsLongEnough() {
    assertEquals(SECOND / 2, Samples.dueNanos(SECOND, 0));
    assertEquals(SECOND / 5 * 4, Samples.dueNanos(SECOND, 1));
    assertEquals(Long.MAX_VALUE, Samples.dueNanos(SECOND, 2));
    assertEquals(Long.MAX_VALUE, Samples.dueNanos(Route.NO_DEADLINE, 0));
    assertEquals(Long.MAX_VALUE, Samples.dueNanos(99_999_999, 0));
  }
}
