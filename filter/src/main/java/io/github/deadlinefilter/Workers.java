package io.github.deadlinefilter;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run the chains. {@link Admission} decides how many may run at a time, so that
 * what comes here always finds a thread.
 */
interface Workers extends AutoCloseable {

  /**
   * Runs {@code run} on a worker, soon. Called on container threads.
   *
   * @throws RejectedExecutionException after {@link #close()}, or if there is no thread for it
   */
  void execute(Runnable run);

  /** Whether somebody may take what was given without being woken. */
  default boolean isAnybodyAwake() {
    return true;
  }

  /** What was given has not begun yet: now somebody is woken for it. */
  default void prompt(Runnable run) {}

  /** Gives back the places of what has been taken and will never be run. */
  default void reclaim() {}

  /** Takes no more. Threads end when they have left what they are inside. Does not wait. */
  @Override
  void close();

  /**
   * A {@link ServerExecutor}.
   *
   * @param name in JNDI; without a scheme also one below {@code java:comp/env}
   */
  static Workers jndi(String name, Consumer<Runnable> forgotten) throws SettingsException {
    return new ServerExecutor(lookUp(name), forgotten);
  }

  private static Executor lookUp(String name) throws SettingsException {
    Object found;
    try {
      found = lookUpAnywhere(name);
    } catch (NamingException e) {
      throw SettingsException.notAnExecutor(name, "nothing: " + e);
    }
    if (found instanceof Executor executor) {
      return executor;
    }
    throw SettingsException.notAnExecutor(
        name, found == null ? "nothing" : "a " + found.getClass().getName());
  }

  @SuppressWarnings("BanJNDI") // the name is the operator's, and of this JVM alone
  private static @Nullable Object lookUpAnywhere(String name) throws NamingException {
    if (name.contains(":") && !name.startsWith("java:")) {
      throw new NamingException("only names that begin with java: are looked up");
    }
    InitialContext context = new InitialContext();
    try {
      return context.lookup(name);
    } catch (NamingException e) {
      if (name.startsWith("java:")) {
        throw e;
      }
      return context.lookup("java:comp/env/" + name);
    }
  }

  /** A new virtual thread for each run. */
  static Workers virtual(ThreadFactory factory) {
    return new Workers() {
      private volatile boolean closed;

      @Override
      public void execute(Runnable run) {
        if (closed) {
          throw new RejectedExecutionException("closed");
        }
        factory.newThread(run).start();
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }
}
