package io.github.deadlinefilter.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link BenchServer} in a process of its own. Not thread-safe. */
final class Child implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final BufferedWriter input;
  final int port;

  /**
   * {@code bench.jvm} has further options for its JVM.
   *
   * @param arguments its own, and options of its JVM, which begin with -
   */
  static Child start(Contender contender, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms512m", "-Xmx2g", "-XX:+UseParallelGC"));
    String more = System.getProperty("bench.jvm", "").strip();
    if (!more.isEmpty()) {
      command.addAll(List.of(more.split(" +")));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    List<String> all = List.of(arguments);
    command.addAll(
        command.indexOf("-cp"), all.stream().filter(one -> one.startsWith("-")).toList());
    command.add(BenchServer.class.getName());
    command.add(contender.name());
    command.addAll(all.stream().filter(one -> !one.startsWith("-")).toList());
    try {
      return new Child(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Child(Process process) throws IOException {
    this.process = process;
    output = process.inputReader(StandardCharsets.US_ASCII);
    input = process.outputWriter(StandardCharsets.US_ASCII);
    String line = output.readLine();
    if (line == null || !line.startsWith(BenchServer.READY)) {
      throw new IOException("a server did not start: " + line);
    }
    port = Integer.parseInt(line.substring(BenchServer.READY.length()));
  }

  /** The processor time that it has used, the kernel's for it included. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** What it answers to {@code order}. */
  String ask(String order) {
    try {
      input.write(order + "\n");
      input.flush();
      return String.valueOf(output.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
