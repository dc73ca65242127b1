package io.github.deadlinefilter;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then whether so many workers have been stuck for so long that this process is
 * better replaced, for platforms that do that: turns the health down, and ends the JVM if that was
 * asked for. What rack-timeout calls {@code term_on_timeout}, and uWSGI a harakiri.
 *
 * <p>Looks on the timer's thread, as long as anybody is stuck.
 */
final class LastResort implements StuckWorkers.Listener {
  private static final long LOOK_EVERY = Duration.ofSeconds(1).toNanos();

  /** As of a process that was told to end, which is what platforms expect of one. */
  private static final int EXIT_STATUS = 143;

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Recycle rule;
  private final StuckWorkers stuck;
  private final DeadlineTimer timer;

  /** For what may wait: for whoever writes the log. */
  private final Executor background;

  private final Consumer<Runnable> end;

  private volatile boolean reached;

  /** Of the timer's thread alone. */
  private boolean ending;

  // Guarded by this.
  private boolean looking;
  private boolean again;

  /** With {@code rule}, or none at all. */
  static @Nullable LastResort of(
      @Nullable Recycle rule, StuckWorkers stuck, DeadlineTimer timer, Executor background) {
    return rule == null ? null : new LastResort(rule, stuck, timer, background, LastResort::exit);
  }

  /**
   * Not on a thread that the filter's stop waits for: that is a part of the exit. Which has to wait
   * until the log says why.
   */
  private static void exit(Runnable said) {
    Runnable exit =
        () -> {
          try {
            said.run();
          } finally {
            System.exit(EXIT_STATUS);
          }
        };
    new Thread(exit, "deadline-exit").start();
  }

  /**
   * @param end does what it is given, ends the JVM, and comes back before that at once
   */
  LastResort(
      Recycle rule,
      StuckWorkers stuck,
      DeadlineTimer timer,
      Executor background,
      Consumer<Runnable> end) {
    this.rule = rule;
    this.stuck = stuck;
    this.timer = timer;
    this.background = background;
    this.end = end;
  }

  /** From now on it is looked. */
  @Override
  public void stuck(RequestRun run) {
    watch();
  }

  private synchronized void watch() {
    again = true; // race with a look that finds nobody: it is before whoever calls this is counted
    if (!looking) {
      timer.in(LOOK_EVERY, this::look);
      looking = true; // not if that fails: the next one who is stuck tries again
    }
  }

  /** Whether it has come to that. */
  boolean isReached() {
    return reached;
  }

  private void look() {
    synchronized (this) {
      again = false;
    }
    try {
      act();
    } finally { // where there is no memory, say, the next look may find some
      synchronized (this) {
        looking = false;
        if (again || stuck.count() > 0 || reached) {
          watch();
        }
      }
    }
  }

  private void act() {
    int many = stuck.countOlderThan(rule.nanos());
    boolean now = many >= rule.count();
    boolean isNews = now != reached;
    reached = now;
    Runnable said = () -> say(now, many);
    if (now && rule.exit() && !ending) {
      end.accept(said);
      ending = true; // not if there is no thread for it: the next look tries again
    } else if (isNews) {
      background.execute(said);
    }
  }

  private void say(boolean now, int many) {
    LOG.log(
        now ? System.Logger.Level.ERROR : System.Logger.Level.WARNING,
        now
            ? "The last resort is reached: {0} workers have been stuck for more than {1}; {2}"
            : "The last resort is over: only {0} workers have been stuck for more than {1}; {2}",
        Integer.toString(many),
        Nanos.format(rule.nanos()),
        now ? rule.exit() ? "this JVM ends" : "the health is down" : "the health is up again");
  }
}
