package io.github.deadlinefilter.springboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README tells users of Spring Boot to write is what these tests run. */
class ReadmeTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("### Spring Boot\n.*?```java\n(.*?)```\n", Pattern.DOTALL);

  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));

  @Test
  void configuration_isTheOneOfTheTests() throws IOException {
    Matcher example = EXAMPLE.matcher(Files.readString(MODULE.resolve("../../README.md")));
    assertTrue(example.find(), "a block of Java under \"Spring Boot\"");
    String source =
        Files.readString(
            MODULE
                .resolve("src/test/java")
                .resolve(DeadlineConfiguration.class.getName().replace('.', '/') + ".java"));
    assertEquals(source.substring(source.indexOf("import ")), example.group(1));
  }
}
