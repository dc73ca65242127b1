package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A short form of the stress tests in {@code src/jcstress}, a fifth of a second each. The profile
 * {@code stress} runs them at length.
 */
class StressTest {
  private static final Pattern SUMMARY =
      Pattern.compile(
          "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard");

  @Test
  void shortForm_noForbiddenOutcome() throws Exception {
    Path target = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("target");
    Path classes = target.resolve("jcstress-classes");
    Path folder = Files.createDirectories(target.resolve("jcstress"));
    Path output = folder.resolve("short.txt");
    Process jcstress =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes + File.pathSeparator + System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-m",
                "quick",
                "-f",
                "1",
                "-iters",
                "1",
                "-time",
                "200",
                "-sc",
                "false",
                "-af",
                "NONE",
                "-jvmArgs",
                "-Xmx256m",
                "-r",
                "short")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(jcstress.waitFor(5, TimeUnit.MINUTES), "jcstress does not end");
    } finally {
      jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
      jcstress.destroyForcibly();
      deleteRawResults(folder);
    }
    String said = Files.readString(output);
    assertEquals(0, jcstress.exitValue(), said);
    Matcher summary = SUMMARY.matcher(said);
    String last = "";
    while (summary.find()) {
      last = summary.group();
      assertEquals(List.of("0", "0", "0"), List.of(3, 4, 5).stream().map(summary::group).toList());
    }
    Matcher end = SUMMARY.matcher(last);
    assertTrue(end.matches(), said);
    assertEquals(end.group(1), end.group(2), "all that were planned have passed");
    long tests =
        Files.readAllLines(classes.resolve("META-INF/TestList")).stream()
            .filter(line -> !line.isBlank())
            .count();
    assertTrue(tests > 0 && Integer.parseInt(end.group(2)) >= tests, "none is left out: " + last);
  }

  /** They are named after the time, so they would pile up. */
  private static void deleteRawResults(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".bin.gz")).toList()) {
        Files.delete(file);
      }
    }
  }
}
