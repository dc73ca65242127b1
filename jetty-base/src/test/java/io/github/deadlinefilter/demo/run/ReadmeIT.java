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

  /** Not the one of the tests, of the sources or of the Javadoc. */
  private static final Pattern JAR = Pattern.compile("deadline-filter-[0-9.]+(-SNAPSHOT)?\\.jar");

  /** What a clone does not have. */
  private static final Set<String> BUILT = Set.of("target", ".git", "root.war");

  @Test
  void tryIt_onAFreshTree_showsA200AndA503_andLeavesNothingBehind(@TempDir Path clone)
      throws Exception {
    Path project = Objects.requireNonNull(Path.of(System.getProperty("jetty.base")).getParent());
    copy(project, clone);
    Matcher command = TRY_IT.matcher(Files.readString(clone.resolve("README.md")));
    assertTrue(command.find(), "one sh block with one command");

    var shell =
        new ProcessBuilder("sh", "-c", "exec " + command.group(1)).directory(clone.toFile());
    shell.environment().put("PORT", "0");
    shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try (var demo = new RunningDemo(shell.redirectError(ProcessBuilder.Redirect.INHERIT))) {
      assertEquals(200, status(demo.url().resolve("/http")));
      assertEquals(503, status(demo.url().resolve("/http?delay=5")));
      assertEquals(-1, Files.mismatch(jar(project), jar(clone)), "the jar's bytes, built twice");
      demo.launcher().destroy();
      demo.awaitEnd();
    }
  }

  /** The filter's. */
  private static Path jar(Path project) throws IOException {
    try (Stream<Path> files = Files.list(project.resolve("filter/target"))) {
      List<Path> jars =
          files.filter(file -> JAR.matcher(file.getFileName().toString()).matches()).toList();
      assertEquals(1, jars.size(), jars::toString);
      return jars.get(0);
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
