package io.github.deadlinefilter;

import java.util.regex.Pattern;

/** What a filter is called where its figures are shown. */
final class FilterName {
  /** What Jetty calls a filter without a name, anew at each start. */
  private static final Pattern UNNAMED =
      Pattern.compile("io\\.github\\.deadlinefilter\\.DeadlineFilter[@-].*");

  private FilterName() {}

  /** The name that was given, or {@code deadline} if none was. */
  static String shown(String name) {
    return UNNAMED.matcher(name).replaceAll("deadline");
  }
}
