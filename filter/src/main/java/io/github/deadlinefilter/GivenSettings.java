package io.github.deadlinefilter;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Gathers the parameters that somebody gave, each from the place that wins: a system property beats
 * an environment variable, which beats the application's own configuration. Used while the filter
 * is deployed.
 *
 * <p>A name that nobody knows is refused wherever it stands. A value is only read by who takes it,
 * so an override also mends a wrong value in an application that cannot be rebuilt just now.
 */
final class GivenSettings {
  private final Map<Parameter, Given> given = new EnumMap<>(Parameter.class);

  /**
   * @param place of the parameters, for messages: {@code web.xml} or {@code builder}
   */
  static GivenSettings of(Map<String, String> params, String place, Environment environment)
      throws SettingsException {
    GivenSettings settings = new GivenSettings();
    settings.add(params, place, "", Parameter::param);
    settings.add(
        environment.variables(),
        "environment variable",
        Parameter.VARIABLE_PREFIX,
        Parameter::variable);
    settings.add(
        environment.systemProperties(),
        "system property",
        Parameter.PROPERTY_PREFIX,
        Parameter::property);
    return settings;
  }

  private void add(
      Map<String, String> values, String place, String prefix, Function<Parameter, String> spelling)
      throws SettingsException {
    Map<String, Parameter> known = new LinkedHashMap<>();
    for (Parameter parameter : Parameter.values()) {
      known.put(spelling.apply(parameter), parameter);
    }
    // In the order of names, so that of several wrong ones it is always the same that is reported.
    for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
      String name = entry.getKey();
      Parameter parameter = known.get(name);
      if (parameter != null) {
        String exactPlace = prefix.isEmpty() ? place : place + " " + name;
        given.put(parameter, new Given(parameter.param(), text(parameter, entry), exactPlace));
      } else if (name.startsWith(prefix)) {
        throw SettingsException.unknownParameter(name, place, prefix, known.keySet());
      }
    }
  }

  private static String text(Parameter parameter, Map.Entry<String, String> entry) {
    // Blank lines before the first rule count in the line numbers of messages about rules.
    return parameter == Parameter.ROUTES ? entry.getValue() : entry.getValue().strip();
  }

  /** The one that was given, or else the default. */
  Given get(Parameter parameter, String defaultText) {
    return given.getOrDefault(parameter, new Given(parameter.param(), defaultText, "default"));
  }

  /** Those that were given, in the order of {@link Parameter}. */
  Iterable<Given> all() {
    return given.values();
  }
}
