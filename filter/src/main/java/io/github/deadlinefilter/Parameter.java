package io.github.deadlinefilter;

import java.util.Locale;
import java.util.regex.Pattern;

/** The parameters there are, and their spelling in each of the places where one can be given. */
enum Parameter {
  DEADLINE,
  ROUTES,
  WORKER,
  WORKERS,
  QUEUE,
  MAX_STUCK,
  ON_EXPIRY,
  GRACE,
  MODE,
  RECYCLE,
  DEBUG,
  STATUS,
  RETRY_AFTER,
  ERROR_PAGE,
  REQUEST_START,
  CLIENT_DEADLINE,
  LOG_EVERY,
  SERVER_TIMING;

  static final String VARIABLE_PREFIX = "DEADLINE_FILTER_";
  static final String PROPERTY_PREFIX = "deadline-filter.";

  private final String param =
      Pattern.compile("_(.)")
          .matcher(name().toLowerCase(Locale.ROOT))
          .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));

  /** As an init-param of web.xml: {@code onExpiry}. */
  String param() {
    return param;
  }

  /** As an environment variable: {@code DEADLINE_FILTER_ON_EXPIRY}. */
  String variable() {
    return VARIABLE_PREFIX + name();
  }

  /** As a system property: {@code deadline-filter.onExpiry}. */
  String property() {
    return PROPERTY_PREFIX + param;
  }
}
