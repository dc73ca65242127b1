package io.github.deadlinefilter.demo.run;

import org.jspecify.annotations.Nullable;

/**
 * A Java agent ({@code -javaagent:JAR=PID}) that ends its JVM when the parent process is gone,
 * however that ended: a parent that was killed cannot tell its children. It looks four times a
 * second.
 */
public final class ExitWithParent {
  private static final long LOOK_MILLIS = 250;
  private static final long PATIENCE_MILLIS = 3_000;

  private ExitWithParent() {}

  /** Called by the JVM before the program's main method, with the parent's process id. */
  public static void premain(@Nullable String parentPid) {
    if (parentPid == null) {
      throw new IllegalArgumentException("accepted is -javaagent:JAR=PID");
    }
    long pid = Long.parseLong(parentPid);
    start("exit-with-parent", () -> watch(pid));
  }

  private static void watch(long pid) {
    try {
      // A dead parent that nobody has buried still seems alive, but its children have been given
      // away; where children are not given away (Windows) being alive tells.
      while (ProcessHandle.current()
          .parent()
          .filter(p -> p.pid() == pid && p.isAlive())
          .isPresent()) {
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    start("halt", ExitWithParent::haltSoon);
    System.exit(1);
  }

  /** For shutdown hooks that do not come to an end. */
  private static void haltSoon() {
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void start(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }
}
