package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeatenRulesTest {
  private static final Pattern SEMICOLON = Pattern.compile("; ");
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "OWN");

  /** Those of which it is said that they cannot match. */
  private static List<String> beaten(LastHour hour) {
    return hour.advice().stream()
        .filter(one -> one.code() == Advice.Code.CANNOT_MATCH)
        .map(one -> one.figures().route().name())
        .toList();
  }

  private static LastHour hour(String rules) throws SettingsException {
    return new LastHour(
        SEMICOLON
            .splitAsStream(rules)
            .filter(rule -> !rule.isEmpty())
            .map(rule -> rule + " = 5s")
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "'/*; /', '/, default'",
    "'/*; *.pdf; /a; /a/*; \"\"', '*.pdf, default'",
    "'/; *.pdf; /a', 'default'",
    "'GET /*; /; *.pdf', 'default'",
    "'GET /*; GET *.pdf; POST *.pdf; HEAD *.gif; GET,POST *.jsp', 'GET *.pdf, HEAD *.gif'",
    "'GET /*; POST /*; GET,POST *.jsp; GET,PUT /', 'GET,POST *.jsp'",
    "'GET /*; HEAD *.pdf; HEAD /*', 'HEAD *.pdf'",
    "'HEAD /*; GET *.pdf; HEAD *.pdf', 'HEAD *.pdf'",
    "'GET /*; POST /*; *.pdf', ''",
    "'/a/*; /a/b; *.pdf', ''",
    "'GET /; POST /', ''"
  })
  void rules_areBeaten_whereNothingIsLeftForThem(String rules, String expected)
      throws SettingsException {
    assertEquals(expected, String.join(", ", beaten(hour(rules))));
  }

  @Test
  void sentence_namesWhoGetsItsRequests_andNothingIsSaidOfNeverAsked() throws SettingsException {
    LastHour hour = hour("GET /*; POST /*; GET,POST *.jsp").unasked("GET,POST *.jsp");
    assertEquals(List.of("cannot-match GET,POST *.jsp"), hour.codes());
    assertEquals(
        "No request gets this rule: GET /* and POST /* get all of them.",
        hour.sentence(Advice.Code.CANNOT_MATCH));
    assertEquals(
        "No request gets the deadline of the filter's own: /* gets all of them.",
        hour("/*").sentence(Advice.Code.CANNOT_MATCH));
  }

  /** Against the product's own matching: no false word, and none missing of these patterns. */
  @Test
  void randomRules_beatenOnesNeverMatch_andTheOthersDo() throws SettingsException {
    Random random = new Random(20_261_129);
    int said = 0;
    for (int round = 0; round < 2_000; round++) {
      LastHour hour = hour(String.join("; ", randomRules(random)));
      List<String> beaten = beaten(hour);
      said += beaten.size();
      for (String method : METHODS) {
        for (String path : List.of("/", "/x", "/x.a", "/d/x.b", "/d", "/d/y", "/z.c")) {
          String found = hour.routes.match(method, path, null).name();
          assertTrue(!beaten.contains(found), found + " gets " + method + " " + path);
        }
      }
      for (RouteRule rule : hour.routes.rules()) {
        if (rule.pattern().kind() == PathPattern.Kind.EXTENSION && !beaten.contains(name(rule))) {
          assertTrue(matches(hour.routes, rule, "/x." + rule.pattern().key()), name(rule));
        } else if (rule.pattern().kind() == PathPattern.Kind.DEFAULT
            && !beaten.contains(name(rule))) {
          assertTrue(matches(hour.routes, rule, "/x"), name(rule));
        }
      }
      if (!beaten.contains("default")) {
        assertEquals("default", hour.routes.match("OWN", "/x", null).name());
      }
    }
    assertNotEquals(0, said);
  }

  private static String name(RouteRule rule) {
    return rule.route().name();
  }

  private static boolean matches(Routes routes, RouteRule rule, String path) {
    return METHODS.stream().anyMatch(m -> routes.match(m, path, null).name().equals(name(rule)));
  }

  /** At most one rule for a pattern and a method. */
  private static List<String> randomRules(Random random) {
    List<String> rules = new ArrayList<>();
    for (String pattern : List.of("/*", "/", "*.a", "*.b", "/d/*", "/d")) {
      List<String> left = new ArrayList<>(List.of("GET", "HEAD", "POST", "PUT", ""));
      while (random.nextInt(3) != 0 && !left.isEmpty()) {
        Set<String> methods = new LinkedHashSet<>();
        methods.add(left.remove(random.nextInt(left.size())));
        if (!methods.contains("") && random.nextBoolean() && left.size() > 1) {
          methods.add(left.remove(0)); // never "", which is the last if it is still there
        }
        rules.add((String.join(",", methods) + " " + pattern).strip());
      }
    }
    return rules;
  }
}
