package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.Servlet;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/**
 * No method of the servlet API is forgotten: before the deadline each reaches the container with
 * the same arguments and result, after it none does. A method that a later API adds fails here
 * until it is decided on, in the guard or in the tables of {@link GuardSweep}.
 */
class SealedGuardsTest {

  /** In a loader of its own, because Tomcat's jar has the same classes. */
  private static List<?> sweep(URL api) throws Exception {
    URL[] urls = {
      api, locationOf(DeadlineFilter.class), locationOf(GuardSweep.class),
    };
    try (var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Object sweep =
          loader.loadClass(GuardSweep.class.getName()).getDeclaredConstructor().newInstance();
      return (List<?>) ((Callable<?>) sweep).call();
    }
  }

  private static URL locationOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private static String lines(List<?> problems) {
    return String.join("\n", problems.stream().map(String::valueOf).toList());
  }

  @Test
  void servlet60_everyMethodIsDecidedOn() throws Exception {
    assertEquals("", lines(sweep(locationOf(Servlet.class))));
  }

  @Test
  void servlet61_everyMethodIsDecidedOn() throws Exception {
    Path jar = Path.of(System.getProperty("basedir", "."), "target", "servlet-api-6.1.jar");
    assertTrue(Files.exists(jar), jar + " is missing: mvn generate-test-resources brings it");
    assertEquals("", lines(sweep(jar.toUri().toURL())));
  }
}
