package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The JVMs that belong to this process. Each ends with it: by {@link #close} where there is time
 * for it, else by its agent {@link ExitWithParent}. Called from any thread.
 */
final class DemoProcesses implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 3; // a deaf view may still be computing

  private final Path agentJar;
  private final Deque<Process> running = new ArrayDeque<>();
  private boolean closed;

  DemoProcesses(Path agentJar) {
    this.agentJar = agentJar;
  }

  /**
   * Starts a JVM of the same Java as this one. Its standard error goes where ours goes.
   *
   * @param arguments of the {@code java} command
   * @param settings added to the environment
   */
  synchronized Process start(
      Path directory,
      List<String> arguments,
      Map<String, String> settings,
      ProcessBuilder.Redirect output)
      throws CannotStart {
    if (closed) {
      throw new CannotStart("The demo is ending.");
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-javaagent:" + agentJar + "=" + ProcessHandle.current().pid());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(settings);
    builder.redirectOutput(output).redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      running.push(process);
      return process;
    } catch (IOException e) {
      throw new CannotStart("Cannot run " + command.get(0) + ": " + e.getMessage());
    }
  }

  /** Waits for the first one that ends, and says how. */
  int awaitFirstExit() throws InterruptedException {
    CompletableFuture<?>[] exits;
    synchronized (this) {
      exits = running.stream().map(Process::onExit).toArray(CompletableFuture<?>[]::new);
    }
    return ((Process) CompletableFuture.anyOf(exits).join()).exitValue();
  }

  /** Asks all to end, the last one first, and kills those that have not in some seconds. */
  @Override
  public synchronized void close() {
    closed = true;
    running.forEach(Process::destroy);
    for (Process process : running) {
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    running.clear();
  }
}
