package io.github.deadlinefilter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes a {@link DeadlineFilter} with settings in code: the same names, values and checks as in
 * {@code web.xml}. What is wrong is said when the filter is deployed.
 *
 * <p>Not thread-safe.
 */
public final class Builder {
  private final Map<String, String> params = new LinkedHashMap<>();
  private final List<DeadlineListener> listeners = new ArrayList<>();

  Builder() {}

  /** The deadline of every request that no route names. */
  public Builder deadline(Duration deadline) {
    return set("deadline", deadline.toString());
  }

  /**
   * Adds a rule, as in the setting {@code routes}, for example {@code "GET /reports/* = 20s"}.
   * Routes that are added twice for the same thing refuse to deploy.
   */
  public Builder route(String rule) {
    Objects.requireNonNull(rule, "rule");
    params.merge("routes", rule, (before, more) -> before + "\n" + more);
    return this;
  }

  /** Any setting by its name in {@code web.xml}. A later value replaces an earlier one. */
  public Builder set(String name, String value) {
    params.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
    return this;
  }

  /** Adds one that is to hear what becomes of the requests. */
  public Builder listener(DeadlineListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /** A filter with these settings, to be registered async-supported for REQUEST and ASYNC. */
  public DeadlineFilter build() {
    return new DeadlineFilter(params, listeners);
  }
}
