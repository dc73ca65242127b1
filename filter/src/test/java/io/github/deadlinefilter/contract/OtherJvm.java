package io.github.deadlinefilter.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM beside this one, with the same class path. Killed when it is closed. */
final class OtherJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  /**
   * Starts it.
   *
   * @param options of the JVM
   * @param main what it runs, with {@code arguments}
   */
  OtherJvm(List<String> options, Class<?> main, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(Charset.defaultCharset());
  }

  /** Waits until it says a line that begins with {@code start}, and returns the rest of that. */
  String after(String start) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(start)) {
        return line.substring(start.length()).strip();
      }
    }
    throw new IOException("it has ended without a line that begins with " + start);
  }

  /** Waits until it has ended by itself; fails where that takes longer than {@code limit}. */
  int exitStatus(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("the JVM does not end within " + limit);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
