package io.github.deadlinefilter;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What the settings take from outside of the web application. Immutable.
 *
 * @param systemProperties at least those that begin with {@code deadline-filter.}
 * @param variables at least those environment variables that begin with {@code DEADLINE_FILTER_}
 * @param virtualThreads whether this JVM has them
 */
record Environment(
    Map<String, String> systemProperties, Map<String, String> variables, boolean virtualThreads) {
  // The release in which virtual threads ceased to be a preview that may be switched off.
  private static final int VIRTUAL_THREADS_SINCE = 21;

  Environment {
    systemProperties = Map.copyOf(systemProperties);
    variables = Map.copyOf(variables);
  }

  /**
   * A snapshot, of our own names only: other variables hold secrets, and a record prints itself.
   */
  static Environment ofThisJvm() {
    Properties properties = System.getProperties();
    Map<String, String> ourProperties = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      String value = properties.getProperty(name);
      if (name.startsWith(Parameter.PROPERTY_PREFIX) && value != null) {
        ourProperties.put(name, value);
      }
    }
    Map<String, String> ourVariables = new TreeMap<>(System.getenv());
    ourVariables.keySet().removeIf(name -> !name.startsWith(Parameter.VARIABLE_PREFIX));
    return new Environment(
        ourProperties, ourVariables, Runtime.version().feature() >= VIRTUAL_THREADS_SINCE);
  }
}
