package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every message that refuses to deploy against the table in {@code refusals.txt}. */
class SettingsRefusalTest {
  private static final Pattern ROW =
      Pattern.compile("^(param|variable|property|rule): (.*)\n> (.*)$", Pattern.MULTILINE);
  private static final Pattern BLANK_LINE = Pattern.compile("\n\n");

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("table")
  void wrongSetting_isGiven_messageNamesItAndWhatIsAccepted(
      String kind, String given, String message) {
    String[] pair = given.split("=", 2);
    Map<String, String> params = Map.of();
    Map<String, String> variables = Map.of();
    Map<String, String> properties = Map.of();
    switch (kind) {
      case "param" -> params = Map.of(pair[0], pair[1]);
      case "variable" -> variables = Map.of(pair[0], pair[1]);
      case "property" -> properties = Map.of(pair[0], pair[1]);
      default -> params = Map.of("routes", "\n" + given.replace("\\n", "\n"));
    }
    Map<String, String> webXml = params;
    Environment environment = new Environment(properties, variables, /* virtualThreads= */ false);

    SettingsException refusal =
        assertThrows(SettingsException.class, () -> Settings.of(webXml, environment));
    assertEquals(message, refusal.getMessage());
  }

  static Stream<Arguments> table() throws IOException {
    try (InputStream file = SettingsRefusalTest.class.getResourceAsStream("refusals.txt")) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), UTF_8);
      Arguments[] rows =
          ROW.matcher(text)
              .results()
              .map(row -> arguments(row.group(1), row.group(2), row.group(3)))
              .toArray(Arguments[]::new);
      // The first block is the heading; no other may be passed over because it is misspelt.
      assertEquals(BLANK_LINE.split(text, -1).length - 1, rows.length);
      return Stream.of(rows);
    }
  }
}
