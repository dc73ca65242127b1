package io.github.deadlinefilter;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Whether somebody is looking at this JVM with a debugger: whoever stands at a breakpoint does not
 * want the request that it is in to be ended.
 *
 * <p>Thread-safe. Asked at each request and at each end of a scope, so it looks once in a second at
 * most, and never where the JVM has no debugger's agent.
 */
final class Debug {
  /** What a deadline does under a debugger. */
  enum Kind {
    /** Nothing. */
    SUSPEND,
    /** What it always does. */
    ENFORCE
  }

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final boolean possible;
  private final BooleanSupplier attached;
  private final RateLimit looks;
  private final AtomicBoolean said = new AtomicBoolean();
  private volatile boolean last;

  Debug(Kind kind) {
    this(kind, hasAgent(), Debug::hasDebugger, Ticker.SYSTEM);
  }

  /**
   * @param agent whether this JVM can be debugged
   * @param attached whether it is now
   */
  Debug(Kind kind, boolean agent, BooleanSupplier attached, Ticker ticker) {
    possible = kind == Kind.SUSPEND && agent;
    this.attached = attached;
    looks = new RateLimit(ticker, LOOK_EVERY, /* burst= */ 1);
    isSuspended(); // the first look takes long
  }

  /** Whether deadlines are suspended. The first time that they are is logged. */
  boolean isSuspended() {
    if (!possible) {
      return false;
    }
    if (looks.tryAcquire()) {
      last = attached.getAsBoolean();
    }
    if (last && said.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "A debugger is attached: no deadline fires while it is; debug=enforce has them fire");
    }
    return last;
  }

  private static boolean hasAgent() {
    try {
      return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .anyMatch(
              argument ->
                  argument.startsWith("-agentlib:jdwp")
                      || argument.startsWith("-Xrunjdwp")
                      || (argument.startsWith("-agentpath:") && argument.contains("jdwp")));
    } catch (LinkageError | RuntimeException e) {
      return false; // a runtime image without java.management
    }
  }

  /**
   * The agent reads what a debugger says on a thread that it has only while one is connected. Java
   * code does not see that thread, but the JVM lists it; one that does not counts as debugged.
   */
  private static boolean hasDebugger() {
    try {
      Object threads =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "threadPrint",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      return String.valueOf(threads).contains("\"JDWP Command Reader\"");
    } catch (JMException | RuntimeException e) {
      return true;
    }
  }
}
