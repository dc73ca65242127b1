package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 1,000 random rules. The paths are made of few names, so that they often match several rules. */
class ManyRoutesTest {
  private static final String[] METHODS = {"GET", "HEAD", "POST", "PUT"};
  // "Aa" and "BB" have the same hash, and so has every path that differs in them only.
  private static final String[] NAMES = {"", "Aa", "BB", "AaBB", "BBAa", "a.x", "b.y", ".x", "c"};
  private static final String[] EXTENSIONS = {"*.x", "*.y", "*.Aa", "*.BB", "/", "/*", "\"\""};

  private final Random random = new Random(20_260_101);
  private final List<String> rules = new ArrayList<>();
  private final Set<String> requests = new LinkedHashSet<>();
  private Routes routes;

  @BeforeEach
  void thousandRules() throws SettingsException {
    Set<String> taken = new LinkedHashSet<>();
    while (rules.size() < 1_000) {
      String path = path();
      String pattern =
          switch (random.nextInt(20)) {
            case 0 -> EXTENSIONS[random.nextInt(EXTENSIONS.length)];
            case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> path + "/*";
            default -> path.equals("/") ? "\"\"" : path;
          };
      String method = random.nextInt(3) == 0 ? "" : METHODS[random.nextInt(METHODS.length)] + " ";
      if (taken.add(method + pattern)) {
        rules.add(method + pattern);
      }
    }
    routes =
        Settings.of(
                Map.of("routes", String.join(" = 1s\n", rules) + " = 1s"),
                new Environment(Map.of(), Map.of(), true))
            .routes();
    while (requests.size() < 5_000) {
      requests.add(METHODS[random.nextInt(METHODS.length)] + " " + path());
    }
  }

  @Test
  void randomPaths_areMatched_asTheSpecificationSays() {
    Set<String> found = new LinkedHashSet<>();
    for (String request : requests) {
      String method = request.substring(0, request.indexOf(' '));
      String path = request.substring(request.indexOf(' ') + 1);
      int split = random.nextInt(path.length() + 1);

      Route route = routes.match(method, path.substring(0, split), path.substring(split));

      assertEquals(NaiveRoutes.match(rules, method, path), route.name(), request);
      found.add(route.name());
    }
    assertTrue(found.size() > 300, "the paths try too few rules: " + found.size());
  }

  @Test
  void requests_areMatched_nothingIsAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    String[] methods =
        requests.stream().map(r -> r.substring(0, r.indexOf(' '))).toArray(String[]::new);
    String[] paths =
        requests.stream().map(r -> r.substring(r.indexOf(' ') + 1)).toArray(String[]::new);
    long fewest = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < paths.length; i++) {
        routes.match(methods[i], "/Aa", paths[i]);
        routes.match(methods[i], paths[i], null);
      }
      fewest = Math.min(fewest, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Some of it is the measurement's own; one byte a match would be 10,000.
    assertTrue(fewest < 2_000, "bytes allocated: " + fewest);
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (int i = 0, segments = 1 + random.nextInt(4); i < segments; i++) {
      path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
    }
    return path.toString();
  }
}
