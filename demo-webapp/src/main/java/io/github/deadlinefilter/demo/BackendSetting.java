package io.github.deadlinefilter.demo;

import java.util.Locale;

/**
 * Where a backend is. One setting each: the system property ({@code demo.http.url}) beats the
 * environment variable ({@code DEMO_HTTP_URL}). Read once for every use, on any thread.
 */
enum BackendSetting {
  /** The HTTP service: its {@code /delay/SECONDS} answers that much later. */
  HTTP_URL("http://127.0.0.1:8000"),
  /** The memcached. */
  MEMCACHED("127.0.0.1:11211"),
  /** The Redis, password included. */
  REDIS_URL("redis://127.0.0.1:6379"),
  /** The database, user and password included: one with a function {@code SLEEP(SECONDS)}. */
  JDBC_URL("jdbc:mariadb://127.0.0.1:3306/test?user=demo&password=demo");

  private final String example;

  BackendSetting(String example) {
    this.example = example;
  }

  String variable() {
    return "DEMO_" + name();
  }

  private String property() {
    return variable().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /**
   * The value.
   *
   * @throws BackendFailure if there is none
   */
  String value() throws BackendFailure {
    String value = System.getProperty(property(), System.getenv(variable()));
    if (value == null || value.isBlank()) {
      throw new BackendFailure(
          "no backend: set the environment variable "
              + variable()
              + " or the system property "
              + property()
              + ", such as "
              + example);
    }
    return value.trim();
  }

  /** For a value that is there and cannot be used; the value itself may hold a password. */
  BackendFailure unusable(String why) {
    return new BackendFailure(variable() + " " + why + "; accepted is a value such as " + example);
  }
}
