package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Looks for inputs that break a fuzz target, with Jazzer, in the profile {@code fuzz}. A finding
 * fails; its input is kept in {@code target/fuzz/TARGET}, and belongs into the corpus of {@link
 * FuzzCorpusTest}.
 */
class FuzzingTest {
  private static final String SECONDS = System.getProperty("fuzz.seconds", "60");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AcceptFuzz",
        "DurationsFuzz",
        "LogFuzz",
        "OutsideFuzz",
        "ReplyFuzz",
        "RoutesFuzz",
        "SettingsFuzz"
      })
  void target_isFuzzed_nothingIsFound(String target) throws Exception {
    Path base = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();
    Path folder = base.resolve("target/fuzz").resolve(target);
    Path found = Files.createDirectories(folder.resolve("corpus"));
    Path corpus = base.resolve("src/test/resources/io/github/deadlinefilter/fuzz").resolve(target);
    assertTrue(Files.isDirectory(corpus), "no corpus: " + corpus);
    Path output = folder.resolve("output.txt");
    Process fuzzer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx700m",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=io.github.deadlinefilter." + target,
                "--instrumentation_includes=io.github.deadlinefilter.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-max_total_time=" + SECONDS,
                "-max_len=1000",
                "-timeout=10",
                found.toString(),
                corpus.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(
          fuzzer.waitFor(Long.parseLong(SECONDS) + 120, TimeUnit.SECONDS), "the fuzzer hangs");
    } finally {
      fuzzer.descendants().forEach(ProcessHandle::destroyForcibly);
      fuzzer.destroyForcibly();
    }
    String said = Files.readString(output);
    assertEquals(0, fuzzer.exitValue(), said);
    assertTrue(said.contains("DONE"), said);
  }
}
