package io.github.deadlinefilter.demo.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the demo in the foreground: the backends, then Jetty by its own {@code start.jar} in the
 * jetty.base, then it prints what to try. A signal ends all of it; if a part ends by itself, or
 * cannot start, all end, and the exit code is 1.
 *
 * <p>Arguments: the directories jetty.base and jetty.home. Environment: see {@link ListenAddress}
 * and {@link io.github.deadlinefilter.demo.backend.Backends}; everything else is passed on.
 */
public final class Launcher {
  private static final Pattern SETTING = Pattern.compile("export (\\w+)='(.*)'");
  private static final long LOOK_MILLIS = 50;
  private static final long LONGEST_START_MILLIS = 60_000;

  private final Path base;
  private final Path home;
  private final DemoProcesses processes;

  private Launcher(Path base, Path home) {
    this.base = base;
    this.home = home;
    processes = new DemoProcesses(base.resolve("target/deadline-filter-jetty-base.jar"));
  }

  /** Comes back only by an exit of the JVM. */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 2) {
      System.err.println("Accepted are two directories: jetty.base and jetty.home.");
      System.exit(2);
    }
    var launcher = new Launcher(absolute(arguments[0]), absolute(arguments[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(launcher.processes::close, "end-demo"));
    try {
      launcher.run();
    } catch (CannotStart e) {
      System.err.println(e.getMessage());
    }
    System.exit(1);
  }

  private static Path absolute(String directory) {
    return Path.of(directory).toAbsolutePath().normalize();
  }

  private void run() throws CannotStart, InterruptedException {
    ListenAddress.from(System.getenv()); // what is wrong with it is told before anything starts
    Map<String, String> settings = startBackends();
    // Found now: a free port that was found earlier could be one that a backend has since taken.
    ListenAddress address = ListenAddress.from(System.getenv());
    settings.put("HOST", address.host());
    settings.put("PORT", String.valueOf(address.port()));
    Process jetty = startJetty(settings);
    awaitAnswer(jetty, address.url());
    System.out.println(ReadyText.of(address.url(), settings));

    int exit = processes.awaitFirstExit();
    if (exit < 128) { // above that a signal ended it, and most likely us too
      throw new CannotStart(
          "A process of the demo has ended by itself, with exit code " + exit + ".");
    }
  }

  /** The settings that the backends told, which point the views at them. */
  private Map<String, String> startBackends() throws CannotStart {
    var command = new ArrayList<>(withoutUnsafe());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Dsun.net.httpserver.nodelay=true", // else every answer waits for an acknowledgement
            "-Dio.netty.transport.noNative=true",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            base.resolve("target/deadline-filter-jetty-base.jar")
                + java.io.File.pathSeparator
                + base.resolve("target/backends")
                + "/*",
            "io.github.deadlinefilter.demo.backend.Backends"));
    Process backends = processes.start(base, command, Map.of(), Redirect.PIPE);
    var settings = new HashMap<String, String>();
    try (BufferedReader output = backends.inputReader(Charset.defaultCharset())) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals("# ready")) {
          return settings;
        }
        Matcher setting = SETTING.matcher(line);
        if (setting.matches()) {
          settings.put(setting.group(1), setting.group(2));
        }
      }
    } catch (IOException e) {
      throw new CannotStart("The backends cannot be heard: " + e.getMessage());
    }
    throw new CannotStart("The backends have ended before they were ready.");
  }

  /** Netty does without it, and what does not is let use it: newer JVMs complain of both. */
  private static List<String> withoutUnsafe() {
    return Runtime.version().feature() < 24
        ? List.of("-Dio.netty.noUnsafe=true")
        : List.of("-Dio.netty.noUnsafe=true", "--sun-misc-unsafe-memory-access=allow");
  }

  private Process startJetty(Map<String, String> settings) throws CannotStart {
    Path temporary = base.resolve("target/tmp");
    try {
      Files.createDirectories(temporary);
    } catch (IOException e) {
      throw new CannotStart("Cannot create " + temporary + ": " + e);
    }
    var command = new ArrayList<>(withoutUnsafe());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-Djava.io.tmpdir=" + temporary,
            "-jar",
            home.resolve("start.jar").toString()));
    return processes.start(base, command, settings, Redirect.INHERIT);
  }

  // Jetty opens its port when its applications are deployed: the first answer tells.
  private static void awaitAnswer(Process jetty, String url)
      throws CannotStart, InterruptedException {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < LONGEST_START_MILLIS * 1_000_000) {
      if (!jetty.isAlive()) {
        throw new CannotStart("Jetty has ended before it was ready; above is what it said.");
      }
      try {
        var request = (HttpURLConnection) URI.create(url + "/").toURL().openConnection();
        if (request.getResponseCode() == HttpURLConnection.HTTP_OK) {
          return;
        }
        throw new CannotStart(url + "/ answers " + request.getResponseCode() + " instead of 200.");
      } catch (ConnectException e) {
        Thread.sleep(LOOK_MILLIS); // not yet
      } catch (IOException e) {
        throw new CannotStart(url + "/ does not answer: " + e.getMessage());
      }
    }
    throw new CannotStart("Jetty was not ready in " + LONGEST_START_MILLIS / 1000 + " seconds.");
  }
}
