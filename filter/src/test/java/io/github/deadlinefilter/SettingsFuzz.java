package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Fuzzes all settings together: they are read and mean the same when they are written out, or one
 * of them is refused by name. A line of the input that begins with {@code @} is
 * {@code @NAME=VALUE}, and the value goes on to the next such line; by the name it is a parameter,
 * an environment variable or a system property.
 */
final class SettingsFuzz {
  private static final Pattern NEXT = Pattern.compile("(?:^|\n)@");
  private static final Pattern LINE_END = Pattern.compile("\\R");

  private SettingsFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws SettingsException {
    Map<String, String> params = new TreeMap<>();
    Map<String, String> variables = new TreeMap<>();
    Map<String, String> properties = new TreeMap<>();
    for (String one : NEXT.split(new String(input, UTF_8), -1)) {
      int equals = one.indexOf('=');
      if (equals >= 0) {
        String name = one.substring(0, equals);
        Map<String, String> place =
            name.startsWith(Parameter.VARIABLE_PREFIX)
                ? variables
                : name.startsWith(Parameter.PROPERTY_PREFIX) ? properties : params;
        place.put(name, one.substring(equals + 1));
      }
    }
    Environment environment =
        new Environment(properties, variables, /* virtualThreads= */ input.length % 2 == 0);
    Settings settings;
    try {
      settings = Settings.of(params, environment);
    } catch (SettingsException e) {
      Set<String> names = new TreeSet<>(params.keySet());
      names.addAll(variables.keySet());
      names.addAll(properties.keySet());
      checkRefusal(e, names);
      SettingsException again =
          assertThrows(SettingsException.class, () -> Settings.of(params, environment));
      assertEquals(e.getMessage(), again.getMessage());
      return;
    }
    check(settings);
    checkSame(
        settings,
        Settings.of(
            written(settings), new Environment(Map.of(), Map.of(), environment.virtualThreads())));
  }

  private static void checkRefusal(SettingsException refusal, Set<String> names) {
    Refusals.check(refusal);
    String message = String.valueOf(refusal.getMessage());
    assertTrue(
        names.stream().anyMatch(n -> message.contains(n) || !Refusals.isQuotedAsItIs(n)), message);
  }

  private static void check(Settings settings) {
    assertTrue(settings.worker() != WorkerKind.AUTO);
    assertTrue(settings.workers() >= 1 && settings.queue() >= 0);
    for (Route route : settings.routes().all()) {
      assertTrue(route.deadlineNanos() > 0 && route.idleNanos() > 0 && route.graceNanos() >= 0);
      assertTrue(route.until() == Until.COMMIT || !route.hasIdleLimit());
      assertTrue(Set.of(408, 429, 500, 503, 504).contains(route.status()));
      assertTrue(route.retryAfterSeconds() == -1 || route.retryAfterSeconds() > 0);
      assertFalse(LINE_END.matcher(route.name()).find(), "logged in one line: " + route.name());
    }
    for (String origin : settings.origins()) {
      assertFalse(LINE_END.matcher(origin).find(), "logged in one line: " + origin);
    }
  }

  private static void checkSame(Settings settings, Settings again) {
    assertEquals(List.copyOf(settings.routes().all()), List.copyOf(again.routes().all()));
    assertEquals(settings.mode(), again.mode());
    assertEquals(settings.worker(), again.worker());
    assertEquals(settings.workers(), again.workers());
    assertEquals(settings.queue(), again.queue());
    assertEquals(settings.errorPage(), again.errorPage());
    assertEquals(settings.requestStart(), again.requestStart());
    assertEquals(settings.clientDeadline(), again.clientDeadline());
  }

  /** All that holds, each thing said, the rules in the order in which they stood. */
  private static Map<String, String> written(Settings settings) {
    List<Route> all = List.copyOf(settings.routes().all());
    Route fallback = all.get(all.size() - 1);
    Map<String, String> params = new TreeMap<>();
    params.put("deadline", Nanos.format(fallback.deadlineNanos()));
    params.put("onExpiry", lower(fallback.onExpiry()));
    params.put("grace", Nanos.format(fallback.graceNanos()));
    params.put("status", Integer.toString(fallback.status()));
    params.put("retryAfter", retryAfter(fallback));
    params.put("mode", lower(settings.mode()));
    String executor = settings.executor();
    params.put("worker", executor == null ? lower(settings.worker()) : "jndi:" + executor);
    params.put("workers", Integer.toString(settings.workers()));
    params.put("queue", Integer.toString(settings.queue()));
    String errorPage = settings.errorPage();
    params.put("errorPage", errorPage == null ? "none" : errorPage);
    RequestStart requestStart = settings.requestStart();
    params.put("requestStart", requestStart == null ? "none" : requestStart.toString());
    params.put(
        "clientDeadline",
        settings.clientDeadline().isEmpty()
            ? "none"
            : settings.clientDeadline().stream()
                .map(ClientHeader::field)
                .collect(Collectors.joining(",")));
    params.put(
        "routes",
        all.subList(0, all.size() - 1).stream()
            .map(SettingsFuzz::rule)
            .collect(Collectors.joining("\n")));
    return params;
  }

  private static String rule(Route route) {
    String rule =
        "%s = %s onExpiry=%s grace=%s status=%s retryAfter=%s until=%s"
            .formatted(
                route.name(),
                Nanos.format(route.deadlineNanos()),
                lower(route.onExpiry()),
                Nanos.format(route.graceNanos()),
                Integer.toString(route.status()),
                retryAfter(route),
                lower(route.until()));
    return route.until() == Until.COMMIT ? rule + " idle=" + Nanos.format(route.idleNanos()) : rule;
  }

  private static String retryAfter(Route route) {
    return route.retryAfterSeconds() == Route.NO_RETRY_AFTER
        ? "none"
        : route.retryAfterSeconds() + "s";
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
