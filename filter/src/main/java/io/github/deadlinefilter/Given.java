package io.github.deadlinefilter;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A value that somebody gave: reads it as what it must be, or refuses it. Immutable, used while the
 * filter is deployed.
 *
 * @param name of the parameter or of the key in a rule
 * @param text as given, without the white space around it
 * @param place where it stands, for a person who has to correct it: {@code web.xml}, {@code
 *     environment variable DEADLINE_FILTER_GRACE}, ...
 */
record Given(String name, String text, String place) {
  static final String DURATIONS = "a duration such as 500ms, 5s, 2m, 1h or PT5S";

  private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();
  private static final Set<Integer> STATUSES = new TreeSet<>(Set.of(408, 429, 500, 503, 504));
  private static final int MOST = 1_000_000;

  /** Positive nanoseconds or {@link Route#NO_DEADLINE}. */
  long deadlineNanos() throws SettingsException {
    String accepted = DURATIONS + ", or none";
    return Durations.isNone(text) ? Route.NO_DEADLINE : positive(accepted);
  }

  /** Positive nanoseconds or {@link Route#NO_IDLE_LIMIT}. */
  long idleNanos() throws SettingsException {
    String accepted = DURATIONS + ", or none";
    return Durations.isNone(text) ? Route.NO_IDLE_LIMIT : positive(accepted);
  }

  /** Positive nanoseconds. */
  long positiveNanos() throws SettingsException {
    return positive(DURATIONS);
  }

  /** Nanoseconds, 0 or more. */
  long nanos() throws SettingsException {
    return Durations.parse(this, DURATIONS + ", or 0ms");
  }

  /** Positive seconds or {@link Route#NO_RETRY_AFTER}. */
  long retryAfterSeconds() throws SettingsException {
    if (Durations.isNone(text)) {
      return Route.NO_RETRY_AFTER;
    }
    String accepted = "a duration in whole seconds such as 5s, 2m or 1h, or none";
    long nanos = positive(accepted);
    if (nanos % NANOS_PER_SECOND != 0) {
      throw SettingsException.notWholeSeconds(this, accepted);
    }
    return nanos / NANOS_PER_SECOND;
  }

  private long positive(String accepted) throws SettingsException {
    long nanos = Durations.parse(this, accepted);
    if (nanos == 0) {
      throw SettingsException.zeroDuration(this, accepted);
    }
    return nanos;
  }

  int count(int least) throws SettingsException {
    try {
      int count = Integer.parseInt(text);
      if (count >= least && count <= MOST) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number out of range.
    }
    throw SettingsException.notACount(this, least, MOST);
  }

  int status() throws SettingsException {
    for (Integer status : STATUSES) {
      if (text.equals(status.toString())) {
        return status;
      }
    }
    throw SettingsException.notOneOf(
        this, STATUSES.stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  /** {@code on} or {@code off}. */
  boolean isOn() throws SettingsException {
    return oneOf(Switch.class) == Switch.ON;
  }

  private enum Switch {
    OFF,
    ON
  }

  /** The constant whose name, in lower case, was given. */
  <E extends Enum<E>> E oneOf(Class<E> kind) throws SettingsException {
    return oneOf(
        kind,
        Arrays.stream(kind.getEnumConstants())
            .map(Given::spelling)
            .collect(Collectors.joining(", ")));
  }

  /** As {@link #oneOf(Class)}, where that is not all that is accepted. */
  <E extends Enum<E>> E oneOf(Class<E> kind, String accepted) throws SettingsException {
    for (E constant : kind.getEnumConstants()) {
      if (text.equals(spelling(constant))) {
        return constant;
      }
    }
    throw SettingsException.notOneOf(this, accepted);
  }

  private static String spelling(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
