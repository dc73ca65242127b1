package io.github.deadlinefilter.demo.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The demo, started by the launcher that the README's command runs, in a process of its own. */
public final class RunningDemo implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("The demo is ready: (\\S+)/ .*");
  private static final Pattern CONTROL = Pattern.compile(".*-X PUT '(\\S+)/http\\?.*");

  private final Process launcher;
  private final URI url;
  private final URI control;
  private final List<ProcessHandle> children;

  /** Comes back when the launcher says that all is ready. */
  public RunningDemo() throws IOException {
    this(launch(Map.of("PORT", "0")));
  }

  /** As {@link #RunningDemo()}, for another way to start the launcher. */
  public RunningDemo(ProcessBuilder command) throws IOException {
    launcher = command.start();
    BufferedReader output = launcher.inputReader(Charset.defaultCharset());
    url = URI.create(find(READY, output));
    control = URI.create(find(CONTROL, output));
    children = launcher.descendants().toList();
  }

  /** A launcher that is yet to be started. */
  public static ProcessBuilder launch(Map<String, String> environment) {
    Path base = Path.of(System.getProperty("jetty.base"));
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            base.resolve("target/classes").toString(),
            Launcher.class.getName(),
            base.toString(),
            System.getProperty("jetty.home"));
    builder.environment().putAll(environment);
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static String find(Pattern pattern, BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher found = pattern.matcher(line);
      if (found.matches()) {
        return found.group(1);
      }
    }
    throw new IOException("the launcher has ended without a line like " + pattern);
  }

  public URI url() {
    return url;
  }

  URI control() {
    return control;
  }

  Process launcher() {
    return launcher;
  }

  /** Jetty and the backends, as they were when all was ready. */
  List<ProcessHandle> children() {
    return children;
  }

  /** Waits until no process of the demo is left; throws if one is after 20 seconds. */
  void awaitEnd() {
    Stream<ProcessHandle> all = Stream.concat(Stream.of(launcher.toHandle()), children.stream());
    CompletableFuture<?>[] exits =
        all.map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(exits).orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    launcher.destroy();
    try {
      awaitEnd();
    } finally {
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
