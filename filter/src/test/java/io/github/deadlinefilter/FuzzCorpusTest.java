package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gives each fuzz target what the fuzzer has found to be interesting, and what once failed. The
 * inputs are the files in {@code fuzz/TARGET}; the profile {@code fuzz} looks for more.
 */
class FuzzCorpusTest {
  @FunctionalInterface
  private interface Target {
    void fuzz(byte[] input) throws Exception;
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void inputOfTheCorpus_isGiven_propertiesHold(Target target, Path input) {
    assertDoesNotThrow(() -> target.fuzz(Files.readAllBytes(input)), () -> "input " + input);
  }

  static Stream<Arguments> corpus() throws Exception {
    return Stream.of(
            inputs("AcceptFuzz", AcceptFuzz::fuzzerTestOneInput),
            inputs("DurationsFuzz", DurationsFuzz::fuzzerTestOneInput),
            inputs("LogFuzz", LogFuzz::fuzzerTestOneInput),
            inputs("OutsideFuzz", OutsideFuzz::fuzzerTestOneInput),
            inputs("ReplyFuzz", ReplyFuzz::fuzzerTestOneInput),
            inputs("RoutesFuzz", RoutesFuzz::fuzzerTestOneInput),
            inputs("SettingsFuzz", SettingsFuzz::fuzzerTestOneInput))
        .flatMap(List::stream);
  }

  private static List<Arguments> inputs(String name, Target target) throws Exception {
    URL folder = FuzzCorpusTest.class.getResource("fuzz/" + name);
    assertNotNull(folder, name);
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      List<Arguments> inputs =
          files
              .sorted()
              .<Arguments>map(file -> argumentSet(name + "/" + file.getFileName(), target, file))
              .toList();
      assertTrue(inputs.size() >= 3, name + " has no corpus");
      return inputs;
    }
  }
}
