package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command under "Try it" in the README, as it stands there, on a tree in which nothing is
 * built; and what it builds is what has been built here.
 */
class ReadmeIT {
  private static final Pattern TRY_IT =
      Pattern.compile("## Try it\\n\\n```sh\\n([^\\n]+)\\n```\\n");

  /** What is published, and not the one of the tests. */
  private static final Pattern JAR =
      Pattern.compile("deadline-filter-[0-9.]+(-SNAPSHOT)?(-sources|-javadoc)?\\.jar");

  /** Adds the jars that the command leaves out, as who runs no tests does not wait for them. */
  private static final String PUBLISHED =
      "mvn -q -B -Dmaven.test.skip=true -Dusual.tests=none -Dsoak.tests=none -pl filter -am package";

  /** What a clone does not have. */
  private static final Set<String> BUILT = Set.of("target", ".git", "root.war");

  @Test
  void tryIt_onAFreshTree_showsA200AndA503_andLeavesNothingBehind(@TempDir Path clone)
      throws Exception {
    Path project = Objects.requireNonNull(Path.of(System.getProperty("jetty.base")).getParent());
    copy(project, clone);
    Matcher command = TRY_IT.matcher(Files.readString(clone.resolve("README.md")));
    assertTrue(command.find(), "one sh block with one command");

    ProcessBuilder shell = in(clone, command.group(1));
    shell.environment().put("PORT", "0");
    try (var demo = new RunningDemo(shell.redirectError(ProcessBuilder.Redirect.INHERIT))) {
      // The first one may be late: its classes are loaded on a machine that does much beside it.
      Experiment.await(() -> status(demo.url().resolve("/http")) == 200);
      assertEquals(503, status(demo.url().resolve("/http?delay=5")));
      demo.launcher().destroy();
      demo.awaitEnd();
    }
    assertEquals(0, in(clone, PUBLISHED).inheritIO().start().waitFor());
    List<Path> jars = jars(project);
    List<Path> again = jars(clone);
    for (int i = 0; i < jars.size(); i++) {
      assertEquals(-1, Files.mismatch(jars.get(i), again.get(i)), jars.get(i) + ", built twice");
    }
  }

  private static ProcessBuilder in(Path folder, String command) {
    var shell = new ProcessBuilder("sh", "-c", "exec " + command).directory(folder.toFile());
    shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return shell;
  }

  /** The filter's: itself, its Javadoc and its sources. */
  private static List<Path> jars(Path project) throws IOException {
    try (Stream<Path> files = Files.list(project.resolve("filter/target"))) {
      List<Path> jars =
          files
              .filter(file -> JAR.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
      assertEquals(3, jars.size(), jars::toString);
      return jars;
    }
  }

  private static int status(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (BUILT.contains(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!BUILT.contains(file.getFileName().toString())) {
              Files.copy(file, to.resolve(from.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
